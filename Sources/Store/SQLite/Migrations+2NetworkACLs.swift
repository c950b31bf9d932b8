/// Network ACLs, where they hold, and mirror budgets.
extension Migrations {
    static let networkACLs = """
        CREATE TABLE networkACL (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX networkACL_scope ON networkACL (accountID, region, sequence);
        CREATE INDEX networkACL_status ON networkACL (status);
        CREATE INDEX networkACL_vpcID ON networkACL (accountID, region, vpcID, sequence);
        CREATE TABLE networkACLEntry (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            aclID TEXT NOT NULL,
            direction TEXT NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            policy TEXT NOT NULL,
            transport TEXT NOT NULL,
            ports TEXT NOT NULL,
            cidr TEXT NOT NULL
        ) STRICT;
        CREATE INDEX networkACLEntry_scope ON networkACLEntry (accountID, region, sequence);
        CREATE INDEX networkACLEntry_aclID ON networkACLEntry (accountID, region, aclID, sequence);
        CREATE TABLE networkACLAssociation (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            aclID TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX networkACLAssociation_scope ON networkACLAssociation (accountID, region, sequence);
        CREATE INDEX networkACLAssociation_aclID ON networkACLAssociation (accountID, region, aclID, sequence);
        CREATE TABLE mirrorBudget (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            packetsPerSecond INTEGER NOT NULL,
            bitsPerSecond INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX mirrorBudget_scope ON mirrorBudget (accountID, region, sequence);
        """
}
