# The site on S3 behind CloudFront, and Cognito's sign-in page: sourced by `run`, on the stack that it deployed.

deploy Hosting=cloudfront SignInDomain=parlor-emulator PublicFiles=everyone AccessLogs=true
output() {
  aws cloudformation describe-stacks --stack-name parlor --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
# fetch URL PATH: what the distribution answers a browser; the emulator knows distributions by their host.
fetch() {
  curl --silent --show-error --include --header "Host: ${1#https://}" --header 'X-Forwarded-Proto: https' \
    "$AWS_ENDPOINT_URL$2" | tr -d '\r'
}
# has WHAT TEXT: the text from stdin must have it, in any case.
has() {
  local answer
  answer=$(cat)
  grep -qiF -- "$2" <<< "$answer" && return
  echo "$1: no '$2' in: $answer"
  exit 1
}

# The README's commands; the build itself is another job's, so its shape stands for it here.
site=$work/site
mkdir -p "$site/assets"
echo '<!doctype html><title>Parlor</title>' > "$site/index.html"
echo 'console.log("hello");' > "$site/assets/index-1a2b3c4d.js"
config() {
  aws cloudformation describe-stacks --stack-name parlor | python3 -c '
import json, sys
stacks = json.load(sys.stdin)
stacks["Stacks"][0]["Outputs"].append({"OutputKey": "RealtimeUrl", "OutputValue": "wss://emulator"})
json.dump(stacks, sys.stdout)' | cargo run --quiet -p infra -- config
}
config > "$site/config.json"
bucket=$(output SiteBucket)
aws s3 sync "$site/assets" "s3://$bucket/assets" --cache-control 'public, max-age=31536000, immutable' > /dev/null
aws s3 sync "$site" "s3://$bucket" --exclude 'assets/*' --cache-control no-cache > /dev/null
aws cloudfront create-invalidation --distribution-id "$(output SiteDistributionId)" --paths '/*' > /dev/null

url=$(output SiteUrl)
fetch "$url" / | has 'the page' '<title>Parlor</title>'
fetch "$url" / | has 'the page' "content-security-policy: default-src 'none'; script-src 'self'"
fetch "$url" / | has 'the page' 'strict-transport-security: max-age=31536000'
fetch "$url" /assets/index-1a2b3c4d.js | has 'an asset' 'immutable'
fetch "$url" /config.json | has 'the configuration' '"domain": "parlor-emulator.auth.us-east-1.amazoncognito.com"'
fetch "$url" /config.json | has 'the configuration' "\"$url/\""
echo "ok: the site on CloudFront"

uploads=$(output UploadsBucket)
echo 'for everyone' | aws s3 cp - "s3://$uploads/public/hello.txt" > /dev/null
files=$(output PublicFilesUrl)
fetch "$files" /public/hello.txt | has 'a public file' 'for everyone'
fetch "$files" /public/hello.txt | has 'a public file' "content-security-policy: default-src 'none'; sandbox"
aws s3api get-bucket-cors --bucket "$uploads" | has 'the CORS of the uploads' "\"$url\""
echo "ok: public files on CloudFront"

client=$(aws cognito-idp describe-user-pool-client --user-pool-id "$(output UserPoolId)" \
  --client-id "$(output UserPoolClientId)")
has 'the client' "\"$url/\"" <<< "$client"
has 'the client' '"AllowedOAuthFlowsUserPoolClient": true' <<< "$client"
aws cognito-idp describe-user-pool-domain --domain parlor-emulator | has 'the sign-in page' "$(output UserPoolId)"
deploy Hosting=none SignInDomain= PublicFiles=signed-in AccessLogs=false
[ -z "$(output SiteUrl)$(output SignInDomain)" ] || { echo "the site is still there"; exit 1; }
echo "ok: the sign-in page, and back to none"
