#!/bin/sh
# Fetches the generator's inputs into the folder given, by package name, and unpacks them there.
# A newer version is a deliberate step: change it here, run the generator, review the diff.
set -eu
mkdir -p "$1" && cd "$1"
npm pack --silent @aws-cdk/aws-service-spec@0.1.216 > /dev/null
tar -xzf aws-cdk-aws-service-spec-*.tgz package/db.json.gz package/package.json
gunzip -f package/db.json.gz
python3 -m pip download --quiet --no-deps --dest . cfn-lint==1.58.0
python3 -m zipfile -e cfn_lint-*.whl .
