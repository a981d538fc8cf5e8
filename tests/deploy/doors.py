"""The REST and the WebSocket API of the deployed stack, as two people use them.

Run by `tests/deploy/run`, in the emulator's Python environment, with AWS_ENDPOINT_URL and credentials set:

    doors.py STACK

The emulator drops the methods' request validator, and calls no DynamoDB from a mapping: what these do is not seen here.
"""

import json
import os
import sys
import urllib.error
import urllib.request

import botocore.session
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

STACK = sys.argv[1]
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
ORIGIN = "http://localhost:5173"
session = botocore.session.get_session()


def client(service):
    return session.create_client(service, endpoint_url=ENDPOINT)


def physical(logical_id):
    resource = client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    return resource["StackResourceDetail"]["PhysicalResourceId"]


REST = f"{ENDPOINT}/_aws/execute-api/{physical('RestApi')}/live"


def call(method, path, token=None, body=None):
    """The status, the headers and the JSON of a request that a page of ours makes."""
    headers = {"Origin": ORIGIN}
    if token:
        headers["Authorization"] = token
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    request = urllib.request.Request(REST + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as answer:
        return answer.status, answer.headers, json.loads(answer.read() or b"null")


def id_token(email):
    """Signs a person up, and in with a password, as the README's command line does."""
    cognito, command_line = client("cognito-idp"), physical("CommandLineClient")
    attributes = {"email": email, "given_name": "Ann", "family_name": "Example"}
    attributes = [{"Name": name, "Value": value} for name, value in attributes.items()]
    password = "Correct-horse-9"
    signed_up = cognito.sign_up(ClientId=command_line, Username=email, Password=password, UserAttributes=attributes)
    cognito.admin_confirm_sign_up(UserPoolId=physical("UserPool"), Username=email)
    parameters = {"USERNAME": email, "PASSWORD": password}
    signed_in = cognito.initiate_auth(ClientId=command_line, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    return signed_up["UserSub"], signed_in["AuthenticationResult"]["IdToken"]


def receive(socket):
    return json.loads(socket.recv(timeout=20))


def ok(what):
    print(f"ok: {what}")


(ann, anns_token), (ben, bens_token) = id_token("ann@example.com"), id_token("ben@example.com")

for method, path in [("GET", "/posts"), ("POST", "/tickets"), ("GET", f"/profiles/{ann}")]:
    for token in [None, "x", anns_token[:-8] + "AAAAAAAA"]:
        status, headers, body = call(method, path, token)
        assert (status, body["error"]) == (401, "Unauthorized"), (method, path, status, body)
        assert headers["Access-Control-Allow-Origin"] == "*", "a page may read why"
ok("every path wants a token of the user pool")

status, headers, body = call("GET", "/posts", anns_token)
assert status == 200 and set(body) == {"items", "nextToken"}, (status, body)
assert headers["Access-Control-Allow-Origin"] == ORIGIN, dict(headers)
status, headers, body = call("GET", "/posts?limit=0", anns_token)
assert (status, body["error"]) == (400, "InvalidInput"), (status, body)
for path, methods in [("/posts", "GET"), ("/tickets", "POST"), (f"/profiles/{ann}", "GET")]:
    status, headers, _ = call("OPTIONS", path)
    found = status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Methods"]
    assert found == (204, ORIGIN, methods), (path, found)
ok("pages of the allowed origins may call")

status, _, body = call("GET", "/nowhere", anns_token)
assert (status, body["error"]) == (404, "NotFound"), (status, body)
ok("a path that is not there is refused in the same shape")

status, _, anns = call("POST", "/tickets", anns_token, {})
assert status == 201 and anns["url"].endswith(f"/live?ticket={anns['ticket']}"), (status, anns)
_, _, bens = call("POST", "/tickets", bens_token, {})


def refused(url):
    try:
        connect(url).close()
    except InvalidStatus as error:
        return error.response.status_code
    raise AssertionError(f"let in with {url}")


without = anns["url"].split("?")[0]
assert refused(without) == 401, "no ticket"
assert refused(f"{without}?ticket={'0' * 64}") == 403, "a ticket of nobody's"
with connect(anns["url"]) as anns_socket, connect(bens["url"]) as bens_socket:
    assert refused(anns["url"]) == 403, "a used ticket"
    ok("a ticket opens one connection, once")

    # A connection that ended without a word: the sample event's, which no socket stands behind.
    with open("crates/socket/events/connect.json") as file:
        event = json.load(file)
    event["requestContext"]["authorizer"] = {"principalId": ben, "userId": ben}
    gone = event["requestContext"]["connectionId"]
    client("lambda").invoke(FunctionName=physical("SocketConnectFunction"), Payload=json.dumps(event))

    def connections():
        found = client("dynamodb").query(
            TableName=physical("ChatTable"),
            KeyConditionExpression="pk = :user AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":user": {"S": f"USER#{ben}"}, ":prefix": {"S": "CONNECTION#"}},
        )
        return [item["sk"]["S"].removeprefix("CONNECTION#") for item in found["Items"]]

    before = connections()
    assert gone in before and len(before) == 2, before

    anns_socket.send(json.dumps({"action": "sendpost", "text": "Hello", "clientId": "1", "sender": ben}))
    answer, news = receive(anns_socket), receive(bens_socket)
    assert answer["type"] == "sent" and news["type"] == "post", (answer, news)
    assert answer["post"] == news["post"] and news["post"]["text"] == "Hello", (answer, news)
    assert news["post"]["sender"]["id"] == ann, "the sender is whose ticket it was"
    ok("a post reaches everybody else")

    assert connections() == [id for id in before if id != gone], "it answered 410"
    ok("a connection that is gone is forgotten, and no other")

    for frame, said in [({"action": "sing"}, "Actions: sendpost"), ({"action": "sendpost", "text": " "}, "empty")]:
        bens_socket.send(json.dumps(frame))
        error = receive(bens_socket)
        assert error["type"] == "error" and said in error["message"], (frame, error)
    ok("a frame without effect is answered with the reason")

_, _, feed = call("GET", "/posts", bens_token)
assert [post["id"] for post in feed["items"]].count(news["post"]["id"]) == 1, feed
ok("the feed has it")
