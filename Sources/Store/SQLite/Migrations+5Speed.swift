/// What lists and quotas need to cost the same whatever an account has: places of tags in their lists, names, sums.
extension Migrations {
    static var speed: String {
        var sql = """
            ALTER TABLE tag ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;

            """
        for (tagType, table) in [
            ("vpc", "vpc"), ("subnet", "subnet"), ("eni", "networkInterface"), ("securitygroup", "securityGroup"),
            ("trafficmirrortarget", "trafficMirrorTarget"), ("trafficmirrorfilter", "trafficMirrorFilter"),
            ("trafficmirrorsession", "trafficMirrorSession"), ("flowlog", "flowLog"), ("networkacl", "networkACL"),
            ("CLB", "loadBalancer"),
        ] {
            sql += """
                UPDATE tag SET sequence = (SELECT sequence FROM \(table) WHERE id = tag.resourceID)
                WHERE tagType = '\(tagType)' AND resourceID IN (SELECT id FROM \(table));

                """
        }
        sql += """
            CREATE INDEX tag_place ON tag (accountID, region, tagType, key, value, sequence);
            CREATE INDEX tag_key ON tag (accountID, region, tagType, key, sequence);
            CREATE TABLE tally (
                kind TEXT NOT NULL,
                accountID TEXT NOT NULL,
                region TEXT NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (kind, accountID, region)
            ) STRICT, WITHOUT ROWID;

            """
        for table in [
            "vpc", "subnet", "securityGroup", "networkInterface", "loadBalancer", "trafficMirrorTarget",
            "trafficMirrorFilter", "trafficMirrorSession", "flowLog", "networkACL",
        ] {
            // What changes a row's scope would have to move its count; nothing does.
            sql += """
                CREATE INDEX \(table)_name ON \(table) (accountID, region, name, sequence);
                INSERT INTO tally (kind, accountID, region, count)
                    SELECT '\(table)', accountID, region, COUNT(*) FROM \(table) GROUP BY accountID, region;
                CREATE TRIGGER \(table)_inserted AFTER INSERT ON \(table) BEGIN
                    INSERT INTO tally (kind, accountID, region, count)
                        VALUES ('\(table)', NEW.accountID, NEW.region, 1)
                        ON CONFLICT (kind, accountID, region) DO UPDATE SET count = count + 1;
                END;
                CREATE TRIGGER \(table)_deleted AFTER DELETE ON \(table) BEGIN
                    UPDATE tally SET count = count - 1
                        WHERE kind = '\(table)' AND accountID = OLD.accountID AND region = OLD.region;
                END;

                """
        }
        return sql
    }
}
