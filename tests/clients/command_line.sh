#!/usr/bin/env bash
# The AWS CLI with one endpoint for all services, as a developer types it.
set -euo pipefail

aws=${AWS:-aws}
saw() { echo "   saw $1"; }
fail() {
  echo "   $1" >&2
  exit 1
}
# is WANTED FOUND
is() { [ "$1" = "$2" ] || fail "wanted '$1', found '$2'"; }
# refused NAME COMMAND…: the command fails, and its complaint names the error.
refused() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then fail "$name did not come: it worked"; fi
  [[ $said == *"$name"* ]] || fail "$name did not come, but: $said"
  saw "${said//$'\n'/ }"
}
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
config=$(python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$PARLOR_URL/config.json")
pool=$(member userPoolId <<< "$config")
client=$(member commandLineClientId <<< "$config")
bucket=$(member bucket <<< "$config")

# Cognito, as an operator.
who=(--user-pool-id "$pool" --username cli@example.com)
"$aws" cognito-idp admin-create-user "${who[@]}" --message-action SUPPRESS --user-attributes \
  Name=email,Value=cli@example.com Name=given_name,Value=Cli Name=family_name,Value=Ent > /dev/null
"$aws" cognito-idp admin-set-user-password "${who[@]}" --password 'Correct-Horse-9' --permanent
"$aws" cognito-idp admin-add-user-to-group "${who[@]}" --group-name admin
is admin "$("$aws" cognito-idp list-groups --user-pool-id "$pool" --query 'Groups[].GroupName' --output text)"
is CONFIRMED "$("$aws" cognito-idp list-users --user-pool-id "$pool" --filter 'email = "cli@example.com"' \
  --query 'Users[0].UserStatus' --output text)"
is "$pool" "$("$aws" cognito-idp list-user-pools --max-results 10 --query 'UserPools[0].Id' --output text)"
token=$("$aws" cognito-idp initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id "$client" \
  --auth-parameters 'USERNAME=cli@example.com,PASSWORD=Correct-Horse-9' \
  --query AuthenticationResult.AccessToken --output text)
is cli@example.com "$("$aws" cognito-idp get-user --access-token "$token" \
  --query 'UserAttributes[?Name==`email`].Value' --output text)"
who_by_status() {
  "$aws" cognito-idp list-users --user-pool-id "$pool" --filter "status = \"$1\"" --query 'Users[].Attributes[?Name==`email`].Value[]' --output text
}
"$aws" cognito-idp admin-update-user-attributes "${who[@]}" --user-attributes Name=nickname,Value=Clint
"$aws" cognito-idp admin-delete-user-attributes "${who[@]}" --user-attribute-names nickname
"$aws" cognito-idp update-group --user-pool-id "$pool" --group-name admin --description 'who runs this' > /dev/null
is 'who runs this' "$("$aws" cognito-idp get-group --user-pool-id "$pool" --group-name admin --query Group.Description --output text)"
is cli@example.com "$("$aws" cognito-idp list-users-in-group --user-pool-id "$pool" --group-name admin \
  --query 'Users[].Attributes[?Name==`email`].Value[]' --output text)"
is admin "$("$aws" cognito-idp admin-list-groups-for-user "${who[@]}" --query 'Groups[].GroupName' --output text)"
"$aws" cognito-idp admin-disable-user "${who[@]}"
is cli@example.com "$(who_by_status Disabled)"
"$aws" cognito-idp admin-enable-user "${who[@]}"
is '' "$(who_by_status Disabled)"
is OPTIONAL "$("$aws" cognito-idp get-user-pool-mfa-config --user-pool-id "$pool" --query MfaConfiguration --output text)"
is ALLOW_USER_PASSWORD_AUTH "$("$aws" cognito-idp describe-user-pool-client --user-pool-id "$pool" --client-id "$client" \
  --query 'UserPoolClient.ExplicitAuthFlows[0]' --output text)"
refused UnsupportedOperationException "$aws" cognito-idp set-user-pool-mfa-config --user-pool-id "$pool" --mfa-configuration OFF
refused UnknownOperationException "$aws" cognito-idp create-user-pool --pool-name another
token=$("$aws" cognito-idp initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id "$client" \
  --auth-parameters 'USERNAME=cli@example.com,PASSWORD=Correct-Horse-9' \
  --query AuthenticationResult.AccessToken --output text)
"$aws" cognito-idp admin-user-global-sign-out "${who[@]}"
refused NotAuthorizedException "$aws" cognito-idp get-user --access-token "$token"
"$aws" cognito-idp admin-delete-user "${who[@]}"
refused UserNotFoundException "$aws" cognito-idp admin-get-user "${who[@]}"
saw 'cognito-idp: a user from admin-create-user to admin-delete-user'

# DynamoDB.
"$aws" dynamodb create-table --table-name clients-cli --billing-mode PAY_PER_REQUEST \
  --key-schema AttributeName=id,KeyType=HASH --attribute-definitions AttributeName=id,AttributeType=S > /dev/null
"$aws" dynamodb wait table-exists --table-name clients-cli
"$aws" dynamodb put-item --table-name clients-cli --item '{"id": {"S": "a"}, "n": {"N": "1.50"}}'
is 1.5 "$("$aws" dynamodb get-item --table-name clients-cli --key '{"id": {"S": "a"}}' --query Item.n.N --output text)"
is 1 "$("$aws" dynamodb scan --table-name clients-cli --select COUNT --query Count --output text)"
"$aws" dynamodb delete-table --table-name clients-cli > /dev/null
refused ResourceNotFoundException "$aws" dynamodb scan --table-name clients-cli
saw "dynamodb: $("$aws" dynamodb list-tables --query TableNames --output text)"

# S3.
head -c 9000000 /dev/urandom > "$folder/big"
echo hello > "$folder/small"
"$aws" s3 cp --quiet "$folder/big" "s3://$bucket/cli/big"
"$aws" s3 cp --quiet "s3://$bucket/cli/big" "$folder/back"
cmp "$folder/big" "$folder/back"
"$aws" s3 sync --quiet "$folder" "s3://$bucket/cli/sync/"
is 4 "$("$aws" s3 ls --recursive "s3://$bucket/cli/" | wc -l | tr -d ' ')"
url=$("$aws" s3 presign "s3://$bucket/cli/sync/small" --expires-in 60)
is hello "$(python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode().strip())' "$url")"
"$aws" s3 mb s3://clients-cli > /dev/null
"$aws" s3 cp --quiet "s3://$bucket/cli/big" s3://clients-cli/big
"$aws" s3 cp --quiet s3://clients-cli/big "$folder/copied"
cmp "$folder/big" "$folder/copied"
refused BucketNotEmpty "$aws" s3 rb s3://clients-cli
"$aws" s3 rb --force s3://clients-cli > /dev/null
"$aws" s3 rm --quiet --recursive "s3://$bucket/cli/"
refused 404 "$aws" s3api head-object --bucket "$bucket" --key cli/big
saw "s3: $("$aws" s3 ls)"

# Who one is; and each protocol's way of saying that a service is not here.
is arn:aws:iam::123456789012:root "$("$aws" sts get-caller-identity --query Arn --output text)"
refused SignatureDoesNotMatch env AWS_SECRET_ACCESS_KEY=another AWS_ACCESS_KEY_ID="$("$aws" configure get aws_access_key_id)" \
  "$aws" sts get-caller-identity
refused InvalidClientTokenId env AWS_ACCESS_KEY_ID=AKIAUNKNOWN AWS_SECRET_ACCESS_KEY=another "$aws" sts get-caller-identity
for elsewhere in 'cloudformation list-stacks' 'ec2 describe-vpcs' 'ssm describe-parameters' 'lambda list-functions'; do
  # shellcheck disable=SC2086 # a service and its operation
  refused "${elsewhere%% *} is not served here" "$aws" $elsewhere
done
