/// The resources of the first release, tokens, audit and the generation.
extension Migrations {
    static let resources = """
        CREATE TABLE vpc (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            cidrBlock TEXT NOT NULL,
            ipv6CIDRBlock TEXT NOT NULL,
            dnsServers TEXT NOT NULL,
            isDefault INTEGER NOT NULL,
            routeTableID TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX vpc_scope ON vpc (accountID, region, sequence);
        CREATE INDEX vpc_status ON vpc (status);
        CREATE TABLE subnet (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            zoneID TEXT NOT NULL,
            cidrBlock TEXT NOT NULL,
            ipv6CIDRBlock TEXT NOT NULL,
            isDefault INTEGER NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX subnet_scope ON subnet (accountID, region, sequence);
        CREATE INDEX subnet_status ON subnet (status);
        CREATE INDEX subnet_vpcID ON subnet (accountID, region, vpcID, sequence);
        CREATE TABLE securityGroup (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            kindName TEXT NOT NULL,
            serviceManaged INTEGER NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX securityGroup_scope ON securityGroup (accountID, region, sequence);
        CREATE INDEX securityGroup_status ON securityGroup (status);
        CREATE INDEX securityGroup_vpcID ON securityGroup (accountID, region, vpcID, sequence);
        CREATE TABLE securityGroupRule (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            groupID TEXT NOT NULL,
            direction TEXT NOT NULL,
            transport TEXT NOT NULL,
            policy TEXT NOT NULL,
            priority INTEGER NOT NULL,
            portStart INTEGER NOT NULL,
            portEnd INTEGER NOT NULL,
            cidr TEXT NOT NULL,
            sourceGroupID TEXT NOT NULL,
            prefixListID TEXT NOT NULL,
            description TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX securityGroupRule_scope ON securityGroupRule (accountID, region, sequence);
        CREATE INDEX securityGroupRule_groupID ON securityGroupRule (accountID, region, groupID, sequence);
        CREATE TABLE networkInterface (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            subnetID TEXT NOT NULL,
            zoneID TEXT NOT NULL,
            mac TEXT NOT NULL,
            primaryAddress TEXT NOT NULL,
            secondaryAddresses TEXT NOT NULL,
            ipv6Addresses TEXT NOT NULL,
            securityGroupIDs TEXT NOT NULL,
            kindName TEXT NOT NULL,
            instanceID TEXT NOT NULL,
            deviceIndex INTEGER NOT NULL,
            deleteOnTermination INTEGER NOT NULL,
            portSecurityEnabled INTEGER NOT NULL,
            serviceManaged INTEGER NOT NULL,
            tcpEstablishedTimeout INTEGER NOT NULL,
            tcpClosedAndTimeWaitTimeout INTEGER NOT NULL,
            udpTimeout INTEGER NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX networkInterface_scope ON networkInterface (accountID, region, sequence);
        CREATE INDEX networkInterface_status ON networkInterface (status);
        CREATE INDEX networkInterface_vpcID ON networkInterface (accountID, region, vpcID, sequence);
        CREATE INDEX networkInterface_subnetID ON networkInterface (accountID, region, subnetID, sequence);
        CREATE INDEX networkInterface_instanceID ON networkInterface (accountID, region, instanceID, sequence);
        CREATE TABLE instance (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            zoneID TEXT NOT NULL,
            instanceType TEXT NOT NULL,
            hostID TEXT NOT NULL,
            isLab INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX instance_scope ON instance (accountID, region, sequence);
        CREATE INDEX instance_hostID ON instance (accountID, region, hostID, sequence);
        CREATE TABLE loadBalancer (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            subnetID TEXT NOT NULL,
            kindName TEXT NOT NULL,
            address TEXT NOT NULL,
            spec TEXT NOT NULL,
            billingType INTEGER NOT NULL,
            masterZoneID TEXT NOT NULL,
            slaveZoneID TEXT NOT NULL,
            networkInterfaceID TEXT NOT NULL,
            businessStatus TEXT NOT NULL,
            lockReason TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX loadBalancer_scope ON loadBalancer (accountID, region, sequence);
        CREATE INDEX loadBalancer_status ON loadBalancer (status);
        CREATE INDEX loadBalancer_vpcID ON loadBalancer (accountID, region, vpcID, sequence);
        CREATE INDEX loadBalancer_subnetID ON loadBalancer (accountID, region, subnetID, sequence);
        CREATE TABLE trafficMirrorTarget (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            instanceType TEXT NOT NULL,
            instanceID TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX trafficMirrorTarget_scope ON trafficMirrorTarget (accountID, region, sequence);
        CREATE INDEX trafficMirrorTarget_status ON trafficMirrorTarget (status);
        CREATE INDEX trafficMirrorTarget_instanceID ON trafficMirrorTarget (accountID, region, instanceID, sequence);
        CREATE TABLE trafficMirrorFilter (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX trafficMirrorFilter_scope ON trafficMirrorFilter (accountID, region, sequence);
        CREATE INDEX trafficMirrorFilter_status ON trafficMirrorFilter (status);
        CREATE TABLE trafficMirrorFilterRule (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            filterID TEXT NOT NULL,
            direction TEXT NOT NULL,
            priority INTEGER NOT NULL,
            policy TEXT NOT NULL,
            transport TEXT NOT NULL,
            sourceCIDR TEXT NOT NULL,
            destinationCIDR TEXT NOT NULL,
            sourcePorts TEXT NOT NULL,
            destinationPorts TEXT NOT NULL,
            description TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX trafficMirrorFilterRule_scope ON trafficMirrorFilterRule (accountID, region, sequence);
        CREATE INDEX trafficMirrorFilterRule_status ON trafficMirrorFilterRule (status);
        CREATE INDEX trafficMirrorFilterRule_filterID ON trafficMirrorFilterRule (accountID, region, filterID, sequence);
        CREATE TABLE trafficMirrorSession (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            networkInterfaceID TEXT NOT NULL,
            targetID TEXT NOT NULL,
            filterID TEXT NOT NULL,
            priority INTEGER NOT NULL,
            virtualNetworkID INTEGER NOT NULL,
            packetLength INTEGER NOT NULL,
            businessStatus TEXT NOT NULL,
            lockReason TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX trafficMirrorSession_scope ON trafficMirrorSession (accountID, region, sequence);
        CREATE INDEX trafficMirrorSession_status ON trafficMirrorSession (status);
        CREATE INDEX trafficMirrorSession_networkInterfaceID ON trafficMirrorSession (accountID, region, networkInterfaceID, sequence);
        CREATE INDEX trafficMirrorSession_targetID ON trafficMirrorSession (accountID, region, targetID, sequence);
        CREATE INDEX trafficMirrorSession_filterID ON trafficMirrorSession (accountID, region, filterID, sequence);
        CREATE INDEX trafficMirrorSession_priority ON trafficMirrorSession (accountID, region, priority, sequence);
        CREATE TABLE flowLog (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            projectName TEXT NOT NULL,
            resourceType TEXT NOT NULL,
            resourceID TEXT NOT NULL,
            vpcID TEXT NOT NULL,
            trafficType TEXT NOT NULL,
            logProjectID TEXT NOT NULL,
            logTopicID TEXT NOT NULL,
            aggregationInterval INTEGER NOT NULL,
            enableIndex INTEGER NOT NULL,
            formatVersion INTEGER NOT NULL,
            trafficPath TEXT NOT NULL,
            enabled INTEGER NOT NULL,
            businessStatus TEXT NOT NULL,
            lockReason TEXT NOT NULL,
            status TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            waitsFor TEXT NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX flowLog_scope ON flowLog (accountID, region, sequence);
        CREATE INDEX flowLog_status ON flowLog (status);
        CREATE INDEX flowLog_resourceID ON flowLog (accountID, region, resourceID, sequence);
        CREATE INDEX flowLog_vpcID ON flowLog (accountID, region, vpcID, sequence);
        CREATE INDEX flowLog_logTopicID ON flowLog (accountID, region, logTopicID, sequence);
        CREATE TABLE logProject (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX logProject_scope ON logProject (accountID, region, sequence);
        CREATE INDEX logProject_name ON logProject (accountID, region, name, sequence);
        CREATE TABLE logTopic (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            projectID TEXT NOT NULL,
            name TEXT NOT NULL,
            indexed INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX logTopic_scope ON logTopic (accountID, region, sequence);
        CREATE INDEX logTopic_projectID ON logTopic (accountID, region, projectID, sequence);
        CREATE TABLE project (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX project_scope ON project (accountID, region, sequence);
        CREATE INDEX project_name ON project (accountID, region, name, sequence);
        CREATE TABLE host (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            name TEXT NOT NULL,
            accessKeyID TEXT NOT NULL,
            isLab INTEGER NOT NULL,
            report TEXT NOT NULL,
            acknowledgedGeneration INTEGER NOT NULL,
            failures TEXT NOT NULL,
            heardAt INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX host_scope ON host (accountID, region, sequence);
        CREATE INDEX host_accessKeyID ON host (accountID, region, accessKeyID, sequence);
        CREATE TABLE deviceAdoption (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            hostID TEXT NOT NULL,
            namespace TEXT NOT NULL,
            device TEXT NOT NULL,
            side TEXT NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX deviceAdoption_scope ON deviceAdoption (accountID, region, sequence);
        CREATE INDEX deviceAdoption_hostID ON deviceAdoption (accountID, region, hostID, sequence);
        CREATE TABLE accessKey (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            sealedSecret TEXT NOT NULL,
            role TEXT NOT NULL,
            hostID TEXT NOT NULL,
            expiresAt INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX accessKey_scope ON accessKey (accountID, region, sequence);
        CREATE TABLE tag (
            tagType TEXT NOT NULL,
            resourceID TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            PRIMARY KEY (tagType, resourceID, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tag_value ON tag (accountID, region, tagType, key, value, resourceID);
        CREATE TABLE idempotency (
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            action TEXT NOT NULL,
            token TEXT NOT NULL,
            argumentsHash TEXT NOT NULL,
            result TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            PRIMARY KEY (accountID, region, action, token)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_age ON idempotency (createdAt);
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            requestID TEXT NOT NULL,
            accountID TEXT NOT NULL,
            region TEXT NOT NULL,
            accessKeyID TEXT NOT NULL,
            action TEXT NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE TABLE counter (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;
        INSERT INTO counter (name, value) VALUES ('generation', 1);
        """
}
