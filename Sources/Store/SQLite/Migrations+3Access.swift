/// Accounts, policies, what an access key carries, what an audit row is about; instance IDs within their scope.
extension Migrations {
    static let access = """
        CREATE TABLE account (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE accessPolicy (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            document TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX accessPolicy_accountID ON accessPolicy (accountID, sequence);
        ALTER TABLE accessKey ADD COLUMN name TEXT NOT NULL DEFAULT '';
        ALTER TABLE accessKey ADD COLUMN isEnabled INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE accessKey ADD COLUMN policies TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE accessKey ADD COLUMN parentID TEXT NOT NULL DEFAULT '';
        ALTER TABLE accessKey ADD COLUMN tokenHash TEXT NOT NULL DEFAULT '';
        ALTER TABLE accessKey ADD COLUMN sessionPolicy TEXT NOT NULL DEFAULT '';
        CREATE INDEX accessKey_parentID ON accessKey (parentID);
        ALTER TABLE audit ADD COLUMN resources TEXT NOT NULL DEFAULT '';
        CREATE INDEX audit_accountID ON audit (accountID, sequence);
        CREATE TABLE instanceInScope (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            zoneID TEXT NOT NULL,
            instanceType TEXT NOT NULL,
            hostID TEXT NOT NULL,
            isLab INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            UNIQUE (id, accountID, region)
        ) STRICT;
        INSERT INTO instanceInScope
            (sequence, id, accountID, region, vpcID, zoneID, instanceType, hostID, isLab, createdAt)
            SELECT sequence, id, accountID, region, vpcID, zoneID, instanceType, hostID, isLab, createdAt
            FROM instance;
        DROP TABLE instance;
        ALTER TABLE instanceInScope RENAME TO instance;
        CREATE INDEX instance_scope ON instance (accountID, region, sequence);
        CREATE INDEX instance_hostID ON instance (accountID, region, hostID, sequence);
        """
}
