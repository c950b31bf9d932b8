/// What makes a new row cheap: few indexes to keep, and nothing beside it that SQLite might have to undo alone.
extension Migrations {
    static var writes: String {
        var sql = ""
        for table in [
            "vpc", "subnet", "securityGroup", "networkInterface", "loadBalancer", "trafficMirrorTarget",
            "trafficMirrorFilter", "trafficMirrorFilterRule", "trafficMirrorSession", "flowLog", "networkACL",
            "listener",
        ] {
            sql += """
                DROP INDEX \(table)_status;
                CREATE INDEX \(table)_unsettled ON \(table) (sequence)
                    WHERE status <> 'Active' AND status <> 'Available' AND status <> 'Disabled'
                    AND status <> 'InUse' AND status <> 'Inactive';

                """
        }
        for table in [
            "vpc", "subnet", "securityGroup", "networkInterface", "loadBalancer", "trafficMirrorTarget",
            "trafficMirrorFilter", "trafficMirrorSession", "flowLog", "networkACL",
        ] {
            let place = "kind = '\(table)' AND accountID = NEW.accountID AND region = NEW.region"
            // No upsert and no function: beside those a copy is kept of each page that the row and its triggers change.
            sql += """
                DROP TRIGGER \(table)_inserted;
                CREATE TRIGGER \(table)_first BEFORE INSERT ON \(table)
                    WHEN NOT EXISTS (SELECT 1 FROM tally WHERE \(place)) BEGIN
                    INSERT INTO tally (kind, accountID, region, count) VALUES ('\(table)', NEW.accountID, NEW.region, 0);
                END;
                CREATE TRIGGER \(table)_inserted AFTER INSERT ON \(table) BEGIN
                    UPDATE tally SET count = count + 1 WHERE \(place);
                END;

                """
        }
        return sql
    }
}
