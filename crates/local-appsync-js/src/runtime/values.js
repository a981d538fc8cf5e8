// `util.dynamodb`: JSON to DynamoDB's typed values, numbers kept as numbers as AppSync shows them.
export const toDynamoDB = (value) => {
  if (value === null || value === undefined) return toNull();
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: value };
  if (typeof value === 'boolean') return { BOOL: value };
  return Array.isArray(value) ? toList(value) : toMap(value);
};

const orNull = (convert) => (value) => (value === null || value === undefined ? null : convert(value));

export const toNull = () => ({ NULL: null });
export const toString = orNull((value) => ({ S: value }));
export const toStringSet = orNull((values) => ({ SS: values }));
export const toNumber = orNull((value) => ({ N: value }));
export const toNumberSet = orNull((values) => ({ NS: values }));
export const toBinary = orNull((value) => ({ B: value }));
export const toBinarySet = orNull((values) => ({ BS: values }));
export const toBoolean = orNull((value) => ({ BOOL: value }));
export const toList = orNull((values) => ({ L: values.map((value) => toDynamoDB(value)) }));
export const toMap = orNull((value) => ({ M: toMapValues(value) }));

// An undefined property is one that is not there, as in JSON.
export const toMapValues = orNull((object) => {
  const values = {};
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) {
      values[name] = toDynamoDB(value);
    }
  }
  return values;
});

export const toS3Object = (key, bucket, region, version) => ({
  S: JSON.stringify({ s3: { key, bucket, region, version } }),
});
export const fromS3ObjectJson = (text) => JSON.parse(text).s3;
