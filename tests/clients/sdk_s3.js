// AWS SDK for JavaScript v3: S3 with signed requests, presigned URLs, a presigned form and multipart uploads.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { config, refused, saw } from './parlor.js';

const Bucket = config.bucket;
// `<bucket>.localhost` is found by browsers, not by every system's resolver.
const client = new s3.S3Client({ forcePathStyle: true });
const at = (Key) => ({ Bucket, Key });
const text = async (answer) => answer.Body.transformToString();

const Key = 'clients/ünï & + 1.txt';
const put = await client.send(
  new s3.PutObjectCommand({ ...at(Key), Body: 'hello, world', ContentType: 'text/plain', Metadata: { from: 'sdk' } }),
);
const got = await client.send(new s3.GetObjectCommand(at(Key)));
assert.equal(await text(got), 'hello, world');
assert.equal(got.ContentType, 'text/plain');
assert.deepEqual(got.Metadata, { from: 'sdk' });
assert.equal(got.ETag, put.ETag);
assert.equal(await text(await client.send(new s3.GetObjectCommand({ ...at(Key), Range: 'bytes=7-11' }))), 'world');
assert.equal((await client.send(new s3.HeadObjectCommand(at(Key)))).ContentLength, 12);
saw(`PutObject, GetObject, a range, HeadObject: ${got.ETag}`);

await refused('NoSuchKey', client.send(new s3.GetObjectCommand(at('clients/absent'))));
await refused('NoSuchBucket', client.send(new s3.ListObjectsV2Command({ Bucket: 'absent-bucket' })));
const stranger = new s3.S3Client({ forcePathStyle: true, credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } });
await refused('InvalidAccessKeyId', stranger.send(new s3.GetObjectCommand(at(Key))));

const putUrl = await getSignedUrl(client, new s3.PutObjectCommand({ ...at('clients/presigned'), ContentType: 'image/png' }), {
  expiresIn: 60,
  signableHeaders: new Set(['content-type']),
});
const wrongType = await fetch(putUrl, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } });
assert.equal(wrongType.status, 403);
const uploaded = await fetch(putUrl, { method: 'PUT', body: 'image', headers: { 'content-type': 'image/png' } });
assert.equal(uploaded.status, 200, await uploaded.text());
const getUrl = await getSignedUrl(client, new s3.GetObjectCommand(at('clients/presigned')), { expiresIn: 60 });
const downloaded = await fetch(getUrl);
assert.equal(downloaded.headers.get('content-type'), 'image/png');
assert.equal(await downloaded.text(), 'image');
assert.equal((await fetch(getUrl.replace('presigned', 'other'))).status, 403);
const past = new Date(Date.now() - 120_000);
const late = await getSignedUrl(client, new s3.GetObjectCommand(at('clients/presigned')), { expiresIn: 60, signingDate: past });
assert.equal((await fetch(late)).status, 403);
saw('presigned PUT and GET; 403 for another type, another key, a minute too late');

const { url, fields } = await createPresignedPost(client, {
  ...at('clients/form'),
  Conditions: [['content-length-range', 1, 5]],
  Expires: 60,
});
const post = async (content) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([content]));
  return (await fetch(url, { method: 'POST', body: form })).status;
};
assert.equal(await post('12345'), 204);
assert.equal(await post('123456'), 400);
saw('a presigned form: 204 within its length range, 400 beyond it');

const big = randomBytes(12 * 1024 * 1024);
const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');
const upload = new Upload({ client, params: { ...at('clients/big'), Body: big }, partSize: 5 * 1024 * 1024 });
const done = await upload.done();
assert.match(done.ETag, /-3"$/);
const back = await (await client.send(new s3.GetObjectCommand(at('clients/big')))).Body.transformToByteArray();
assert.equal(md5(back), md5(big));
const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(at('clients/aborted')));
await client.send(new s3.UploadPartCommand({ ...at('clients/aborted'), UploadId, PartNumber: 1, Body: 'part' }));
await client.send(new s3.AbortMultipartUploadCommand({ ...at('clients/aborted'), UploadId }));
await refused('NoSuchUpload', client.send(new s3.ListPartsCommand({ ...at('clients/aborted'), UploadId })));
saw(`a multipart upload of ${big.length} bytes in three parts, ${done.ETag}; another, aborted`);

await client.send(new s3.CopyObjectCommand({ ...at('clients/copy'), CopySource: `${Bucket}/clients/presigned` }));
const keys = [];
for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: 'clients/' }))
  keys.push(...page.Contents.map((object) => object.Key));
assert.deepEqual(keys, ['clients/big', 'clients/copy', 'clients/form', 'clients/presigned', Key]);
const { Deleted } = await client.send(
  new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
);
assert.equal(Deleted.length, keys.length);
assert.equal((await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'clients/' }))).KeyCount, 0);
saw(`CopyObject, ListObjectsV2 in pages, DeleteObjects: ${keys.length} gone`);
