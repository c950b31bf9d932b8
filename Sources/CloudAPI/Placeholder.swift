// CloudAPI
