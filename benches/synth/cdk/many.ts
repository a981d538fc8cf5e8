// COUNT resources, in fives: a queue with its dead-letter queue, a function with its role and its log group.
// `crates/cfn/examples/many.rs` makes the same.
import * as cdk from 'aws-cdk-lib';
import { aws_lambda as lambda, aws_logs as logs, aws_sqs as sqs } from 'aws-cdk-lib';

const app = new cdk.App();
const stack = new cdk.Stack(app, 'Many');

for (let at = 0; at < Number(process.env.COUNT) / 5; at++) {
  const failed = new sqs.Queue(stack, `Failed${at}`, { encryption: sqs.QueueEncryption.SQS_MANAGED });
  const queue = new sqs.Queue(stack, `Queue${at}`, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    visibilityTimeout: cdk.Duration.seconds(60),
    deadLetterQueue: { queue: failed, maxReceiveCount: 5 },
  });
  new lambda.CfnFunction(stack, `Worker${at}`, {
    runtime: 'provided.al2023',
    handler: 'bootstrap',
    architectures: ['arm64'],
    code: { s3Bucket: 'code', s3Key: 'bootstrap.zip' },
    memorySize: 128,
    timeout: 10,
    environment: { variables: { QUEUE: queue.queueUrl } },
    loggingConfig: { logGroup: new logs.LogGroup(stack, `Logs${at}`, { retention: 14 }).logGroupName },
    role: new cdk.aws_iam.Role(stack, `Role${at}`, {
      assumedBy: new cdk.aws_iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Grants: new cdk.aws_iam.PolicyDocument({
          statements: [
            new cdk.aws_iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
          ],
        }),
      },
    }).roleArn,
  });
}
