"""boto3 and pycognito: sign-up to sign-out with SRP, the operator's side, DynamoDB and S3."""

import base64
import hashlib
import hmac
import json
import os
import struct
import time
import urllib.parse
import urllib.request

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException

URL = os.environ["PARLOR_URL"]
CONFIG = json.load(urllib.request.urlopen(f"{URL}/config.json"))
EMAIL, PASSWORD = "boto@example.com", "Correct-Horse-9"
POOL, CLIENT = CONFIG["userPoolId"], CONFIG["userPoolClientId"]


def saw(what):
    print(f"   saw {what}")


def code(email):
    [mail, *_] = json.load(urllib.request.urlopen(f"{URL}/_local/outbox?to={urllib.parse.quote(email)}"))
    return mail["code"]


def refused(name, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == name, found
        saw(f"{name}: {found['Message']}")
    else:
        raise AssertionError(f"{name} did not come: it worked")


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def totp(secret, at):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    (word,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(word & 0x7FFFFFFF) % 1_000_000:06}"


def person(**tokens):
    # It checks tokens against AWS's own key address, which is not here: see below.
    return Cognito(POOL, CLIENT, username=EMAIL, botocore_config=Config(retries={"max_attempts": 1}), **tokens)


def of_pycognito():
    # pycognito verifies the tokens that it gets, with the key that it finds here instead of at AWS.
    os.environ["PYCOGNITO_JWKS"] = json.dumps(json.load(urllib.request.urlopen(f"{URL}/{POOL}/.well-known/jwks.json")))
    issuer = f"{URL}/{POOL}"
    Cognito.user_pool_url = property(lambda self: issuer)

    u = person()
    u.set_base_attributes(email=EMAIL, given_name="Bo", family_name="To")
    refused("InvalidPasswordException", u.register, EMAIL, "short")
    u.register(EMAIL, PASSWORD)
    refused("CodeMismatchException", person().confirm_sign_up, "000000")
    person().confirm_sign_up(code(EMAIL))
    saw("pycognito register, confirm_sign_up")

    u = person()
    refused("NotAuthorizedException", u.authenticate, "Wrong-Horse-9")
    u.authenticate(PASSWORD)
    assert claims(u.id_token)["email"] == EMAIL
    assert u.token_type == "Bearer"
    found = u.get_user()
    assert found.given_name == "Bo"
    u.update_profile({"given_name": "Bob"})
    assert u.get_user().given_name == "Bob"
    saw("pycognito authenticate by SRP with its tokens verified, get_user, update_profile")

    before = u.access_token
    u.renew_access_token()
    assert u.access_token != before
    u.change_password(PASSWORD, PASSWORD + "b")
    person().initiate_forgot_password()
    person().confirm_forgot_password(code(EMAIL), PASSWORD)
    other = person()
    other.authenticate(PASSWORD)
    of_an_authenticator_app()
    u.logout()
    refused("NotAuthorizedException", other.renew_access_token)
    saw("pycognito renew_access_token, change_password, forgot password, logout everywhere")


def of_an_authenticator_app():
    u = person()
    u.authenticate(PASSWORD)
    secret = u.associate_software_token()
    assert u.verify_software_token(totp(secret, time.time()), "phone")
    u.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    asked = person()
    try:
        asked.authenticate(PASSWORD)
        raise AssertionError("no code was asked for")
    except SoftwareTokenMFAChallengeException:
        # A code is good once: this one is the next, which the server takes for clocks that run fast.
        asked.respond_to_software_token_mfa_challenge(totp(secret, time.time() + 30))
    assert claims(asked.access_token)["token_use"] == "access"
    asked.set_user_mfa_preference(sms_mfa=False, software_token_mfa=False)
    saw("pycognito associate_software_token, verify_software_token, a code asked for at sign-in")


def of_an_invitation():
    email = "invited-boto@example.com"
    pool = boto3.client("cognito-idp")
    of = {"UserPoolId": POOL, "Username": email}
    attributes = [("email", email), ("given_name", "In"), ("family_name", "Vited")]
    pool.admin_create_user(**of, UserAttributes=[{"Name": name, "Value": value} for name, value in attributes])
    invited = Cognito(POOL, CLIENT, username=email)
    invited.new_password_challenge(code(email), PASSWORD)
    assert claims(invited.id_token)["email"] == email
    pool.admin_delete_user(**of)
    saw("pycognito new_password_challenge after boto3 admin_create_user")


def of_the_operator():
    pool = boto3.client("cognito-idp")
    of = {"UserPoolId": POOL, "Username": EMAIL}
    pool.admin_add_user_to_group(**of, GroupName="admin")
    [group] = pool.admin_list_groups_for_user(**of)["Groups"]
    assert group["GroupName"] == "admin"
    pages = pool.get_paginator("list_users").paginate(UserPoolId=POOL, Filter='given_name = "Bob"')
    assert [user["UserStatus"] for page in pages for user in page["Users"]] == ["CONFIRMED"]
    user = pool.admin_get_user(**of)
    assert user["Enabled"] and user["UserCreateDate"].year > 2000
    refused("UserNotFoundException", pool.admin_get_user, UserPoolId=POOL, Username="nobody@example.com")
    pool.admin_delete_user(**of)
    saw("boto3 admin_add_user_to_group, list_users in pages, admin_get_user, admin_delete_user")


def of_dynamodb():
    table = boto3.resource("dynamodb").create_table(
        TableName="clients-boto3",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for i in range(60):
            batch.put_item(Item={"pk": "a", "sk": f"{i:03}", "even": i % 2 == 0})
    found = table.query(
        KeyConditionExpression=Key("pk").eq("a") & Key("sk").between("010", "019"),
        FilterExpression=Attr("even").eq(True),
        Limit=5,
    )
    assert [item["sk"] for item in found["Items"]] == ["010", "012", "014"]
    assert found["LastEvaluatedKey"] == {"pk": "a", "sk": "014"}
    refused(
        "ConditionalCheckFailedException",
        table.update_item,
        Key={"pk": "a", "sk": "000"},
        UpdateExpression="SET x = :x",
        ConditionExpression=Attr("even").eq(False),
        ExpressionAttributeValues={":x": 1},
    )
    table.delete()
    table.wait_until_not_exists()
    saw("boto3 DynamoDB: create_table, batch_writer, query with a limit and a filter, delete")


def of_s3():
    s3 = boto3.resource("s3")
    bucket = s3.Bucket(CONFIG["bucket"])
    big = os.urandom(9 * 1024 * 1024)
    with open(os.path.join(os.environ.get("TMPDIR", "/tmp"), f"parlor-boto3-{os.getpid()}"), "w+b") as file:
        os.unlink(file.name)
        file.write(big)
        file.seek(0)
        bucket.upload_fileobj(file, "boto3/big", ExtraArgs={"ContentType": "video/mp4", "Metadata": {"by": "boto3"}})
        file.seek(0)
        file.truncate()
        bucket.download_fileobj("boto3/big", file)
        file.seek(0)
        assert file.read() == big
    stored = bucket.Object("boto3/big")
    assert stored.content_type == "video/mp4" and stored.metadata == {"by": "boto3"}
    assert stored.e_tag.endswith('-2"'), stored.e_tag
    url = s3.meta.client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket.name, "Key": "boto3/big"}, ExpiresIn=60
    )
    assert urllib.request.urlopen(url).read() == big
    assert [o.key for o in bucket.objects.filter(Prefix="boto3/")] == ["boto3/big"]
    bucket.objects.filter(Prefix="boto3/").delete()
    refused("404", stored.reload)
    saw(f"boto3 S3: upload_fileobj in two parts of {len(big)} bytes, download_fileobj, a presigned URL, delete")


of_pycognito()
of_an_invitation()
of_the_operator()
of_dynamodb()
of_s3()
