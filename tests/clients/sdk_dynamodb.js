// AWS SDK for JavaScript v3: DynamoDB as a program uses it, on a table of its own.
import assert from 'node:assert/strict';
import * as ddb from '@aws-sdk/client-dynamodb';
import * as lib from '@aws-sdk/lib-dynamodb';
import { refused, saw } from './parlor.js';

const TableName = 'clients-sdk-v3';
const plain = new ddb.DynamoDBClient();
const db = lib.DynamoDBDocumentClient.from(plain);

const key = (AttributeName, KeyType) => ({ AttributeName, KeyType });
await plain.send(
  new ddb.CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'author', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byAuthor',
        KeySchema: [key('author', 'HASH'), key('sk', 'RANGE')],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }),
);
await ddb.waitUntilTableExists({ client: plain, maxWaitTime: 60 }, { TableName });
saw(`CreateTable with an index, the waiter, and ListTables: ${(await plain.send(new ddb.ListTablesCommand())).TableNames}`);

const item = { pk: 'room', sk: 1, author: 'ann', text: 'héllo', nested: { list: [1, 'two', null, true] }, tags: new Set(['a', 'b']) };
await db.send(new lib.PutCommand({ TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }));
const { Item } = await db.send(new lib.GetCommand({ TableName, Key: { pk: 'room', sk: 1 }, ConsistentRead: true }));
assert.deepEqual(Item, item);
await refused(
  'ConditionalCheckFailedException',
  db.send(new lib.PutCommand({ TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' })),
);

const writes = Array.from({ length: 25 }, (_, i) => ({
  PutRequest: { Item: { pk: 'room', sk: i + 10, author: i % 2 ? 'ben' : 'ann', size: i } },
}));
await db.send(new lib.BatchWriteCommand({ RequestItems: { [TableName]: writes } }));
const pages = [];
for await (const page of lib.paginateQuery(
  { client: db, pageSize: 7 },
  { TableName, KeyConditionExpression: 'pk = :pk AND sk >= :from', ExpressionAttributeValues: { ':pk': 'room', ':from': 10 }, ScanIndexForward: false },
))
  pages.push(page.Items.map(({ sk }) => sk));
assert.deepEqual(pages.flat(), Array.from({ length: 25 }, (_, i) => 34 - i));
saw(`PutItem, GetItem, BatchWriteItem, and Query in ${pages.length} pages, newest first`);

const byAuthor = await db.send(
  new lib.QueryCommand({
    TableName,
    IndexName: 'byAuthor',
    KeyConditionExpression: 'author = :a',
    FilterExpression: '#size > :s',
    ExpressionAttributeNames: { '#size': 'size' },
    ExpressionAttributeValues: { ':a': 'ben', ':s': 20 },
  }),
);
assert.deepEqual(byAuthor.Items.map(({ size }) => size), [21, 23]);
assert.equal(byAuthor.ScannedCount, 12);

const updated = await db.send(
  new lib.UpdateCommand({
    TableName,
    Key: { pk: 'room', sk: 1 },
    UpdateExpression: 'SET headSeq = if_not_exists(headSeq, :zero) + :one, nested.#l[1] = :new REMOVE #t ADD likes :one DELETE tags :b',
    ExpressionAttributeNames: { '#l': 'list', '#t': 'text' },
    ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':new': 'deux', ':b': new Set(['b']) },
    ReturnValues: 'ALL_NEW',
  }),
);
assert.deepEqual(updated.Attributes, { pk: 'room', sk: 1, author: 'ann', nested: { list: [1, 'deux', null, true] }, tags: new Set(['a']), headSeq: 1, likes: 1 });
saw('Query of the index with a filter, UpdateItem with SET, REMOVE, ADD and DELETE');

const transaction = {
  TransactItems: [
    { Put: { TableName, Item: { pk: 'room', sk: 100 } } },
    { ConditionCheck: { TableName, Key: { pk: 'room', sk: 1 }, ConditionExpression: 'likes = :n', ExpressionAttributeValues: { ':n': 7 } } },
  ],
};
const cancelled = await refused('TransactionCanceledException', db.send(new lib.TransactWriteCommand(transaction)));
assert.deepEqual(cancelled.CancellationReasons.map(({ Code }) => Code), ['None', 'ConditionalCheckFailed']);
assert.equal((await db.send(new lib.GetCommand({ TableName, Key: { pk: 'room', sk: 100 } }))).Item, undefined);
transaction.TransactItems[1].ConditionCheck.ExpressionAttributeValues[':n'] = 1;
await db.send(new lib.TransactWriteCommand(transaction));
const both = await db.send(
  new lib.TransactGetCommand({ TransactItems: [1, 100].map((sk) => ({ Get: { TableName, Key: { pk: 'room', sk } } })) }),
);
assert.deepEqual(both.Responses.map(({ Item }) => Item.sk), [1, 100]);
const batch = await db.send(new lib.BatchGetCommand({ RequestItems: { [TableName]: { Keys: [{ pk: 'room', sk: 10 }, { pk: 'room', sk: 999 }] } } }));
assert.equal(batch.Responses[TableName].length, 1);
saw('TransactWriteItems all or nothing, TransactGetItems, BatchGetItem');

let scanned = 0;
for await (const page of lib.paginateScan({ client: db, pageSize: 10 }, { TableName })) scanned += page.Count;
assert.equal(scanned, 27);
await db.send(new lib.DeleteCommand({ TableName, Key: { pk: 'room', sk: 100 } }));
await refused('ValidationException', db.send(new lib.GetCommand({ TableName, Key: { pk: 'room' } })));
await refused('ResourceNotFoundException', db.send(new lib.GetCommand({ TableName: 'absent', Key: { pk: 'room' } })));
await plain.send(new ddb.DeleteTableCommand({ TableName }));
saw('Scan, DeleteItem, DeleteTable');
