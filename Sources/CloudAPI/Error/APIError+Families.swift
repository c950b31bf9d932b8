// Families of codes that the published pages build by one pattern: Invalid<Thing>.<Why>.
extension APIError {
    /// 400 `Invalid<Thing>.Malformed`; `words` name the thing in the message ("port range").
    public static func malformed(_ thing: String, _ words: String) -> APIError {
        APIError(Code("Invalid\(thing).Malformed", 400), "The specified \(words) is malformed.")
    }
    public static func notFound(_ thing: String, _ words: String) -> APIError {
        APIError(Code("Invalid\(thing).NotFound", 404), "The specified \(words) does not exist.")
    }
    public static func invalidStatus(_ thing: String, _ words: String) -> APIError {
        APIError(
            Code("Invalid\(thing).InvalidStatus", 400),
            "The specified \(words) is not in the correct status for the request.")
    }
    public static func inUse(_ thing: String, _ words: String) -> APIError {
        APIError(Code("Invalid\(thing).InUse", 409), "The specified \(words) is in use.")
    }
    public static func quotaExceeded(_ thing: String, _ words: String) -> APIError {
        APIError(
            Code("QuotaExceeded.\(thing)", 400),
            "You've reached the limit on the number of \(words) that you can create.")
    }

    public static var nameMalformed: APIError { malformed("Name", "name") }
    public static var nameTooLong: APIError {
        APIError(
            Code("InvalidName.Malformed", 400),
            "The specified name is malformed. Ensure the maximum length of name is 128.")
    }
    public static var descriptionMalformed: APIError { malformed("Description", "description") }
    public static var descriptionTooLong: APIError {
        APIError(
            Code("InvalidDescription.Malformed", 400),
            "The specified description is malformed. Ensure the maximum length of description is 255.")
    }
    public static var tagDisorder: APIError {
        APIError(Code("InvalidTag.Disorder", 400), "The specified index order of tag is malformed.")
    }
    public static var tagKeyMalformed: APIError {
        APIError(Code("InvalidTagKey.Malformed", 400), "The specified parameter tag key is invalid.")
    }
    public static var tagValueMalformed: APIError {
        APIError(Code("InvalidTagValue.Malformed", 400), "The specified parameter tag value is invalid.")
    }
    public static var tooManyTags: APIError {
        APIError(
            Code("LimitExceeded.Tags", 400),
            "You've reached the limit on the number of tags that you can operate at one time.")
    }
    public static var projectNotFound: APIError {
        APIError(Code("InvalidProject.NotFound", 404), "The specified Project does not exist.")
    }
    public static var clientTokenMalformed: APIError {
        APIError(
            Code("InvalidParameter.ClientTokenMalformed", 400), "The specified parameter ClientToken is malformed.")
    }
    public static var idempotentParameterMismatch: APIError {
        APIError(
            Code("IdempotentParameterMismatch", 400),
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
    }
    public static var idempotentProcessing: APIError {
        APIError(
            Code("IdempotentProcessing", 412),
            "The request uses the same client token as a previous one that is still in process.")
    }
    public static var nextTokenMalformed: APIError { malformed("NextToken", "NextToken") }
    public static var maxResultsMalformed: APIError { malformed("MaxResults", "MaxResults") }
}
