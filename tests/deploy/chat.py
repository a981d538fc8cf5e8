"""The chat's story against a deployment: sign-up, sign-in by SRP, GraphQL through the alias, a file by presigned URL.

    python3 tests/deploy/chat.py config.json      needs boto3, pycognito, and the AWS variables of `run`

The emulator (AUTH=true) evaluates the functions' roles; it neither calls the trigger nor sends the code, which is
always 123456.
"""

import json
import os
import sys
import urllib.error
import urllib.request

import boto3
from pycognito.aws_srp import AWSSRP

EMAIL, PASSWORD = "dora@example.com", "Correct-horse-9"
config = json.load(open(sys.argv[1]))
endpoint = os.environ["AWS_ENDPOINT_URL"]
cognito, cloudformation, dynamodb, functions, iam = (
    boto3.client(service) for service in ("cognito-idp", "cloudformation", "dynamodb", "lambda", "iam")
)


def ok(what):
    print(f"ok: {what}", flush=True)


def physical(logical):
    detail = cloudformation.describe_stack_resource(StackName="parlor", LogicalResourceId=logical)
    return detail["StackResourceDetail"]["PhysicalResourceId"]


def sign_up():
    client = config["userPoolClientId"]
    attributes = {"email": EMAIL, "given_name": "Dora", "family_name": "Example"}
    user = cognito.sign_up(
        ClientId=client,
        Username=EMAIL,
        Password=PASSWORD,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )["UserSub"]
    try:
        cognito.confirm_sign_up(ClientId=client, Username=EMAIL, ConfirmationCode="654321")
        raise SystemExit("a wrong code confirmed the sign-up")
    except cognito.exceptions.CodeMismatchException:
        pass
    cognito.confirm_sign_up(ClientId=client, Username=EMAIL, ConfirmationCode="123456")
    ok("signed up and confirmed")

    event = json.load(open("crates/post-confirmation/events/confirm_sign_up.json"))
    event["userPoolId"], event["userName"] = config["userPoolId"], user
    event["request"]["userAttributes"] |= attributes | {"sub": user}
    answer = functions.invoke(
        FunctionName=physical("PostConfirmationLive"), Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
    ok("the trigger, called by hand, made the profile")
    return user


def sign_in():
    srp = AWSSRP(
        username=EMAIL,
        password=PASSWORD,
        pool_id=config["userPoolId"],
        client_id=config["userPoolClientId"],
        client=cognito,
    )
    token = srp.authenticate_user()["AuthenticationResult"]["AccessToken"]
    ok("signed in by SRP")
    return token


def graphql(token, query, **variables):
    request = urllib.request.Request(
        f"{endpoint}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={
            "host": f"{config['apiId']}.appsync-api.{config['region']}.amazonaws.com",
            "authorization": token,
            "content-type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def data(token, query, **variables):
    answer = graphql(token, query, **variables)
    assert not answer.get("errors"), answer
    return next(iter(answer["data"].values()))


def row(pk, sk):
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    return dynamodb.get_item(TableName=physical("ChatTable"), Key=key, ConsistentRead=True).get("Item")


def http(method, url, headers=None, body=None):
    """Status, headers and body."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


user = sign_up()
assert row(f"USER#{user}", "PROFILE"), "the profile is not in the table"
token = sign_in()

source = boto3.client("appsync").get_data_source(apiId=config["apiId"], name="ChatSource")["dataSource"]
assert source["lambdaConfig"]["lambdaFunctionArn"].endswith(":live"), source
CREATE = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id ownerId } }"
room = data(token, CREATE, input={"name": "Tea", "visibility": "PRIVATE"})
assert room["ownerId"] == user, room
assert row(f"ROOM#{room['id']}", "ROOM") and row(f"ROOM#{room['id']}", f"MEMBER#{user}")
ok("a GraphQL call through the alias `live` wrote the room and its member")

# Whether it ran under its own role: denied there, it can no longer write.
role = physical("ResolversFunctionRole")
denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}]}
iam.put_role_policy(RoleName=role, PolicyName="Denied", PolicyDocument=json.dumps(denied))
answer = graphql(token, CREATE, input={"name": "Coffee", "visibility": "PRIVATE"})
assert answer.get("errors"), f"the function's role is not asked: {answer}"
iam.delete_role_policy(RoleName=role, PolicyName="Denied")
ok("denied to the function's role, the same call fails")

picture = bytes(range(256)) * 40
upload = data(
    token,
    """mutation($input: CreateUploadInput!) {
        createUpload(input: $input) { attachment { id } method url headers { name value } } }""",
    input={"roomId": room["id"], "name": "tea.png", "contentType": "image/png", "size": len(picture)},
)
headers = {header["name"]: header["value"] for header in upload["headers"]}
status, _, body = http(upload["method"], upload["url"], headers, picture)
assert status == 403 and b"explicit deny in a resource-based policy" in body, (status, body)
ok("the bucket's policy refuses plain HTTP")
# The emulator has no TLS: from here on without that policy.
boto3.client("s3").delete_bucket_policy(Bucket=config["bucket"])
status, _, body = http(upload["method"], upload["url"], headers, picture)
assert status == 200, (status, body)
ok("uploaded by the presigned request of createUpload")

message = data(
    token,
    """mutation($input: SendMessageInput!) {
        sendMessage(input: $input) { seq content { text attachments { id name size } } } }""",
    input={
        "roomId": room["id"],
        "content": {"text": "A cup", "attachmentIds": [upload["attachment"]["id"]]},
    },
)
assert message["seq"] == 1 and message["content"]["attachments"][0]["size"] == len(picture), message
assert row(f"ROOM#{room['id']}", "MSG#0000000001"), "the message is not in the table"
attachment = data(
    token,
    "query($room: ID!, $id: ID!) { getAttachment(roomId: $room, id: $id) { url } }",
    room=room["id"],
    id=upload["attachment"]["id"],
)
status, headers, body = http("GET", attachment["url"])
assert (status, body, headers["content-type"]) == (200, picture, "image/png"), (status, headers)
ok("sent it with a message, and downloaded it again by getAttachment")
