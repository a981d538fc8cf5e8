#!/usr/bin/env bash
# The verbs of `infra` that speak to AWS, against the emulator that tests/deploy/run has started.
#
#   tests/deploy/command_line.sh INFRA WORK     the built program, and a folder for what comes up
set -euo pipefail

infra=$(realpath "$1") work=$2
bucket=code-of-verbs stack=verbs
export NO_COLOR=1

# says CODE TEXT COMMAND…: the command ends with this code, and says this.
says() {
  local code=$1 text=$2 ended=0
  shift 2
  "$@" > "$work/said" 2>&1 < /dev/null || ended=$?
  if [ "$ended" = "$code" ] && grep -qF -- "$text" "$work/said"; then return; fi
  echo "$* ended with $ended instead of $code, or did not say \"$text\":"
  cat "$work/said"
  exit 1
}
# change FILE PYTHON: the template from stdin, changed.
change() {
  python3 -c "
import json, sys
t = json.load(sys.stdin)
r = t['Resources']
$2
json.dump(t, open('$1', 'w'))"
}
deploy() { deploy_to "$stack" "$@"; }
deploy_to() {
  local name=$1
  shift
  "$infra" deploy --stack-name "$name" --bucket "$bucket" --config "$work/verbs.json" --yes --no-build "$@"
}

# Paths in a template start where it lies. The emulator has no realtime endpoint to tell of.
realtime='t["Outputs"]["RealtimeUrl"]["Value"] = "wss://emulator"'
mkdir -p "$work/verbs" && ln -sfn "$PWD/target" "$work/verbs/target"
"$infra" | change "$work/verbs/template.json" "$realtime"
template=$work/verbs/template.json

says 2 '--create-bucket' deploy --template "$template"
says 2 'It has:' deploy --template "$template" --parameter NoSuch=1
says 2 'pass --yes' "$infra" deploy --bucket "$bucket"
says 2 'there is no stack `verbs`' "$infra" diff --stack-name "$stack"
says 0 "$stack: CREATE_COMPLETE" deploy --template "$template" --create-bucket \
  --parameter "Architecture=$(uname -m | sed s/aarch64/arm64/)" --tag owner=tests
grep -q 'uploaded' "$work/said"
grep -q '"userPoolClientId"' "$work/verbs.json"
says 0 'UserPoolId' "$infra" outputs --stack-name "$stack"
echo "ok: deploy, outputs, config.json"

says 0 'Nothing changes.' "$infra" diff --stack-name "$stack" --template "$template" --exit-code
says 0 'Nothing changes' deploy --template "$template"
grep -q 'is in the bucket already' "$work/said"
says 1 'wss://emulator → ${GraphQLApi.RealtimeUrl}' "$infra" diff --stack-name "$stack" --exit-code
says 0 'Parameter LogLevel: ERROR → ALL' deploy --template "$template" --parameter LogLevel=ALL
echo "ok: diff, nothing to do, a parameter"

change "$work/verbs/replaced.json" '
for name in ["KeySchema", "AttributeDefinitions"]: r["ChatTable"]["Properties"][name][0]["AttributeName"] = "other"' < "$template"
table() { aws cloudformation describe-stack-resource --stack-name "$stack" --logical-resource-id ChatTable \
  --query StackResourceDetail.PhysicalResourceId --output text; }
before=$(table)
says 3 'ChatTable (AWS::DynamoDB::Table) is replaced by an empty one' \
  "$infra" diff --stack-name "$stack" --template "$work/verbs/replaced.json"
# (The emulator then leaves the table as it is.)
says 3 '--allow-replacement ChatTable' deploy --template "$work/verbs/replaced.json"
[ "$(table)" = "$before" ] || { echo "the table was replaced all the same"; exit 1; }
says 0 "$stack: UPDATE_COMPLETE" deploy --template "$work/verbs/replaced.json" --allow-replacement ChatTable
echo "ok: a table is replaced only where that is allowed"

# A name that is taken, and a custom resource without its function.
change "$work/verbs/taken.json" "
r['Taken'] = { 'Type': 'AWS::S3::Bucket', 'Properties': { 'BucketName': '$bucket' } }" < "$work/verbs/replaced.json"
says 1 "error: Taken (AWS::S3::Bucket): Resource of type 'AWS::S3::Bucket' with identifier '$bucket' already exists" \
  deploy --template "$work/verbs/taken.json"
cat > "$work/verbs/failing.json" << 'END'
{ "Resources": {
  "Fine": { "Type": "AWS::SQS::Queue" },
  "Failing": { "Type": "Custom::Thing", "DependsOn": "Fine",
    "Properties": { "ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:none" } } } }
END
says 1 "error: Failing (Custom::Thing): Custom resource ServiceToken" deploy_to failing --template "$work/verbs/failing.json"
says 2 'infra destroy --stack-name failing' deploy_to failing --template "$work/verbs/failing.json"
says 0 '`failing` is deleted.' "$infra" destroy --stack-name failing --yes
echo "ok: why a deployment failed comes first, and what to do about it"

says 2 'pass --yes' "$infra" destroy --stack-name "$stack"
says 0 'aws dynamodb delete-table --table-name' "$infra" destroy --stack-name "$stack" --yes
says 0 'nothing to delete' "$infra" destroy --stack-name "$stack" --yes
echo "ok: destroy, with what is retained"
