/// Listeners and server groups of CLBs, what a CLB is asked for beside its address, and projects of whole accounts.
extension Migrations {
    static let loadBalancing = """
        CREATE TABLE listener (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            loadBalancerID TEXT NOT NULL,
            serverGroupID TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            transport TEXT NOT NULL,
            port INTEGER NOT NULL,
            startPort INTEGER NOT NULL,
            endPort INTEGER NOT NULL,
            enabled INTEGER NOT NULL,
            options TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX listener_scope ON listener (accountID, region, sequence);
        CREATE INDEX listener_status ON listener (status);
        CREATE INDEX listener_loadBalancerID ON listener (accountID, region, loadBalancerID, sequence);
        CREATE TABLE serverGroup (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            loadBalancerID TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            kindName TEXT NOT NULL,
            anyPortEnabled INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX serverGroup_scope ON serverGroup (accountID, region, sequence);
        CREATE INDEX serverGroup_loadBalancerID ON serverGroup (accountID, region, loadBalancerID, sequence);
        CREATE TABLE backendServer (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            serverGroupID TEXT NOT NULL,
            loadBalancerID TEXT NOT NULL,
            kindName TEXT NOT NULL,
            instanceID TEXT NOT NULL,
            address TEXT NOT NULL,
            port INTEGER NOT NULL,
            weight INTEGER NOT NULL,
            description TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX backendServer_scope ON backendServer (accountID, region, sequence);
        CREATE INDEX backendServer_serverGroupID ON backendServer (accountID, region, serverGroupID, sequence);
        CREATE INDEX backendServer_loadBalancerID ON backendServer (accountID, region, loadBalancerID, sequence);
        CREATE INDEX backendServer_instanceID ON backendServer (accountID, region, instanceID, sequence);
        CREATE INDEX backendServer_address ON backendServer (accountID, region, address, sequence);
        ALTER TABLE loadBalancer ADD COLUMN bypassSecurityGroupEnabled INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE loadBalancer ADD COLUMN modificationProtectionStatus TEXT NOT NULL DEFAULT 'NonProtection';
        ALTER TABLE loadBalancer ADD COLUMN modificationProtectionReason TEXT NOT NULL DEFAULT '';
        ALTER TABLE loadBalancer ADD COLUMN allowedPorts TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE project ADD COLUMN displayName TEXT NOT NULL DEFAULT '';
        ALTER TABLE project ADD COLUMN description TEXT NOT NULL DEFAULT '';
        ALTER TABLE project ADD COLUMN parentName TEXT NOT NULL DEFAULT '';
        ALTER TABLE project ADD COLUMN updatedAt INTEGER NOT NULL DEFAULT 0;
        DELETE FROM project WHERE sequence NOT IN (SELECT MIN(sequence) FROM project GROUP BY accountID, name);
        UPDATE project SET region = '', updatedAt = createdAt;
        DROP INDEX project_name;
        CREATE UNIQUE INDEX project_name ON project (accountID, region, name);
        """
}
