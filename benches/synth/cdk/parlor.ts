// The application of `infra`, as it is written with the CDK: the same tables, bucket, pools, API, functions and
// resolvers, as `cdk init` lays an app out (ts-node, type-checked at each synth).
import * as cdk from 'aws-cdk-lib';
import { aws_appsync as appsync, aws_cognito as cognito, aws_dynamodb as dynamodb } from 'aws-cdk-lib';
import { aws_iam as iam, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import * as fs from 'fs';
import * as path from 'path';

const root = path.join(__dirname, '../../..');
const script = (name: string) => fs.readFileSync(path.join(root, 'resolvers/js', name), 'utf8');

class Parlor extends cdk.Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stage = new cdk.CfnParameter(this, 'Stage', {
      default: 'development',
      allowedValues: ['development', 'production'],
    });
    const origins = new cdk.CfnParameter(this, 'AllowedOrigins', {
      type: 'CommaDelimitedList',
      default: 'http://localhost:5173',
    });
    const isProduction = new cdk.CfnCondition(this, 'IsProduction', {
      expression: cdk.Fn.conditionEquals(stage.valueAsString, 'production'),
    });

    const table = (name: string, hash: string, range: string, more: object) =>
      new dynamodb.Table(this, name, {
        partitionKey: { name: hash, type: dynamodb.AttributeType.STRING },
        sortKey: { name: range, type: dynamodb.AttributeType.STRING },
        billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        removalPolicy: cdk.RemovalPolicy.RETAIN,
        ...more,
      });
    const chat = table('ChatTable', 'pk', 'sk', {
      timeToLiveAttribute: 'expiresAt',
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    });
    chat.addGlobalSecondaryIndex({
      indexName: 'gsi1',
      partitionKey: { name: 'gsi1pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'gsi1sk', type: dynamodb.AttributeType.STRING },
      projectionType: dynamodb.ProjectionType.KEYS_ONLY,
    });
    const todos = table('TodoTable', 'list', 'id', {});

    const uploads = new s3.Bucket(this, 'UploadsBucket', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      cors: [
        {
          allowedOrigins: origins.valueAsList,
          allowedMethods: [
            s3.HttpMethods.GET,
            s3.HttpMethods.HEAD,
            s3.HttpMethods.PUT,
            s3.HttpMethods.POST,
            s3.HttpMethods.DELETE,
          ],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag', 'x-amz-version-id'],
          maxAge: 3000,
        },
      ],
      lifecycleRules: [
        { id: 'AbortIncompleteUploads', abortIncompleteMultipartUploadAfter: cdk.Duration.days(1) },
        { id: 'ExpireOldVersions', noncurrentVersionExpiration: cdk.Duration.days(30) },
      ],
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    });

    const retention = cdk.Token.asNumber(cdk.Fn.conditionIf(isProduction.logicalId, 90, 14));
    const makeFunction = (name: string, memorySize: number, seconds: number, environment: Record<string, string>) => {
      const logGroup = new logs.LogGroup(this, `${name}LogGroup`, { retention });
      const made = new lambda.Function(this, name, {
        runtime: lambda.Runtime.PROVIDED_AL2023,
        handler: 'bootstrap',
        architecture: lambda.Architecture.ARM_64,
        code: lambda.Code.fromBucket(s3.Bucket.fromBucketName(this, `${name}Code`, 'code'), `${name}.zip`),
        memorySize,
        timeout: cdk.Duration.seconds(seconds),
        environment,
        tracing: lambda.Tracing.ACTIVE,
        loggingFormat: lambda.LoggingFormat.JSON,
        logGroup,
      });
      return { made, live: new lambda.Alias(this, `${name}Live`, { aliasName: 'live', version: made.currentVersion }) };
    };
    const confirmation = makeFunction('PostConfirmation', 128, 5, { CHAT_TABLE: chat.tableName });
    chat.grant(confirmation.made, 'dynamodb:PutItem');

    const users = new cognito.UserPool(this, 'UserPool', {
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: {
        email: { required: true, mutable: true },
        givenName: { required: true, mutable: true },
        familyName: { required: true, mutable: true },
      },
      autoVerify: { email: true },
      keepOriginal: { email: true },
      passwordPolicy: { minLength: 8, tempPasswordValidity: cdk.Duration.days(3) },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa: cognito.Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      lambdaTriggers: { postConfirmation: confirmation.live },
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    });
    const client = users.addClient('WebClient', {
      authFlows: { userSrp: true },
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
      refreshTokenValidity: cdk.Duration.days(30),
    });
    new cognito.UserPoolGroup(this, 'AdminGroup', { userPool: users, groupName: 'admin', precedence: 1 });
    const identities = new cognito.CfnIdentityPool(this, 'IdentityPool', {
      allowUnauthenticatedIdentities: false,
      cognitoIdentityProviders: [{ clientId: client.userPoolClientId, providerName: users.userPoolProviderName }],
    });
    const roleOf = (name: string, amr: string) =>
      new iam.Role(this, name, {
        assumedBy: new iam.FederatedPrincipal(
          'cognito-identity.amazonaws.com',
          {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': identities.ref },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
          },
          'sts:AssumeRoleWithWebIdentity',
        ),
      });
    const [authenticated, guest] = [roleOf('AuthenticatedRole', 'authenticated'), roleOf('GuestRole', 'unauthenticated')];
    for (const folder of ['public', 'protected/${cognito-identity.amazonaws.com:sub}', 'private/${cognito-identity.amazonaws.com:sub}']) {
      uploads.grantReadWrite(authenticated, `${folder}/*`);
    }
    uploads.grantReadWrite(guest, 'public/*');
    new cognito.CfnIdentityPoolRoleAttachment(this, 'IdentityPoolRoles', {
      identityPoolId: identities.ref,
      roles: { authenticated: authenticated.roleArn, unauthenticated: guest.roleArn },
    });

    const api = new appsync.GraphqlApi(this, 'GraphQLApi', {
      name: 'parlor',
      definition: appsync.Definition.fromFile(path.join(root, 'schema.graphql')),
      authorizationConfig: {
        defaultAuthorization: {
          authorizationType: appsync.AuthorizationType.USER_POOL,
          userPoolConfig: { userPool: users },
        },
        additionalAuthorizationModes: [
          { authorizationType: appsync.AuthorizationType.API_KEY },
          { authorizationType: appsync.AuthorizationType.IAM },
        ],
      },
      logConfig: { fieldLogLevel: appsync.FieldLogLevel.ERROR, excludeVerboseContent: true },
      xrayEnabled: true,
      resolverCountLimit: 50,
      queryDepthLimit: 20,
    });
    const resolvers = makeFunction('ResolversFunction', 256, 10, {
      CHAT_TABLE: chat.tableName,
      UPLOADS_BUCKET: uploads.bucketName,
    });
    chat.grantReadWriteData(resolvers.made);
    uploads.grantReadWrite(resolvers.made, 'rooms/*');

    const chatSource = api.addLambdaDataSource('ChatSource', resolvers.live);
    const todoSource = api.addDynamoDbDataSource('TodoSource', todos);
    const noneSource = api.addNoneDataSource('NoneSource');
    const fields = (typeName: string, names: string[]) => names.map((fieldName) => ({ typeName, fieldName }));
    for (const field of [
      ...fields('Query', ['me', 'getRoom', 'listRooms', 'listMembers', 'listMessages', 'syncMessages', 'getAttachment']),
      ...fields('Mutation', ['createRoom', 'joinRoom', 'addMember', 'sendMessage', 'updateMessage', 'deleteMessage', 'createUpload']),
    ]) {
      chatSource.createResolver(`${field.fieldName}Resolver`, field);
    }
    const scripted = (source: appsync.BaseDataSource, typeName: string, fieldName: string, file: string) =>
      source.createResolver(`${fieldName}Resolver`, {
        typeName,
        fieldName,
        runtime: appsync.FunctionRuntime.JS_1_0_0,
        code: appsync.Code.fromInline(script(file)),
      });
    scripted(chatSource, 'Mutation', 'removeMember', 'remove_member.js');
    scripted(chatSource, 'Subscription', 'onMessage', 'on_message.js');
    scripted(todoSource, 'Query', 'getTodo', 'get_todo.js');
    scripted(todoSource, 'Query', 'listTodos', 'list_todos.js');
    scripted(todoSource, 'Mutation', 'createTodo', 'create_todo.js');
    scripted(todoSource, 'Mutation', 'updateTodo', 'update_todo.js');
    scripted(todoSource, 'Mutation', 'deleteTodo', 'delete_todo.js');
    scripted(noneSource, 'Subscription', 'onCreateRoom', 'on_create_room.js');

    const outputs = {
      GraphQLUrl: api.graphqlUrl,
      ApiId: api.apiId,
      ApiKey: api.apiKey ?? '',
      Region: this.region,
      UserPoolId: users.userPoolId,
      UserPoolClientId: client.userPoolClientId,
      IdentityPoolId: identities.ref,
      UploadsBucketName: uploads.bucketName,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new cdk.CfnOutput(this, name, { value });
    }
  }
}

new Parlor(new cdk.App(), 'Parlor');
