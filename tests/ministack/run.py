"""The whole product against an AWS that is not ours: deploy, watch, change a client, tear down, and look at what is left.

    run.py CACL_TUI BOOTSTRAP

Needs the tools of .ci/requirements.txt. Everything happens on 127.0.0.1 and below one temporary folder.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

HERE = Path(__file__).resolve().parent
REGION = "eu-west-1"
ACCESS_KEY = "AKIAEXAMPLEOFATEST01"
# Generous: a slow machine must not fail, and a sound one never waits that long.
PATIENCE = 300


def check(condition, message, *facts):
    if not condition:
        raise AssertionError("\n  ".join([message, *(fact if isinstance(fact, str) else json.dumps(fact) for fact in facts)]))


def wait_for(what, probe):
    """The first truthy answer of the probe."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := probe():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {PATIENCE} s")


class Ministack:
    """A ministack of one's own, with our starter, on a free port."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "ministack.log"
        # A port that was free a moment ago may be somebody else's by now.
        for _ in range(5):
            self.start()
            wait_for("ministack answers", lambda: self.process.poll() is not None or self.answers())
            if self.process.poll() is None:
                return
        raise AssertionError(f"ministack ended\n{self.log.read_text()}")

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
        }
        command = [sys.executable, str(HERE / "starter.py")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)

    def answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key="of-no-account",
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


class Program:
    """cacl-tui, pointed at a ministack."""

    def __init__(self, executable, ministack, folder):
        self.executable = executable
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": "of-no-account",
            "AWS_ENDPOINT_URL": ministack.url,
            "AWS_REGION": REGION,
        }

    def start(self, *arguments):
        print("$ cacl-tui", *arguments, flush=True)
        return subprocess.Popen(
            [self.executable, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments, code=0):
        process = self.start(*arguments)
        try:
            output, _ = process.communicate(timeout=3 * PATIENCE)
        finally:
            process.kill()
        print(output, end="", flush=True)
        check(process.returncode == code, f"cacl-tui {arguments[0]} ended with {process.returncode}, not {code}")
        return output


class Watch:
    """`cacl-tui watch --output jsonl`, line by line."""

    def __init__(self, program, *arguments):
        self.process = program.start("watch", "--output", "jsonl", "--since", "10m", *arguments)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def next(self):
        try:
            change = self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"nothing seen within {PATIENCE} s; the process: {self.process.poll()}") from None
        print("seen:", change["event"], change["outcome"], [row["path"] for row in change["diff"] if row["class"] != "unchanged"])
        return change

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        check(code == 130, f"watch ended with {code} at an interrupt")
        check(self.lines.empty(), "watch showed something twice, or something that nobody did", self.lines.queue)


def everything(ministack):
    """The name of whatever stands there, by kind."""
    stacks = ministack.client("cloudformation").describe_stacks()["Stacks"]
    return {
        "stacks": [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"],
        "buckets": [bucket["Name"] for bucket in ministack.client("s3").list_buckets()["Buckets"]],
        "trails": [trail["Name"] for trail in ministack.client("cloudtrail").describe_trails()["trailList"]],
        "rules": [rule["Name"] for rule in ministack.client("events").list_rules()["Rules"]],
        "functions": [function["FunctionName"] for function in ministack.client("lambda").list_functions()["Functions"]],
        "log groups": [group["logGroupName"] for group in ministack.client("logs").describe_log_groups()["logGroups"]],
        "user pools": [pool["Name"] for pool in ministack.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]],
        "roles": [role["RoleName"] for role in ministack.client("iam").list_roles()["Roles"]],
        "queues": ministack.client("sqs").list_queues().get("QueueUrls", []),
        "topics": [topic["TopicArn"] for topic in ministack.client("sns").list_topics()["Topics"]],
    }


def outputs(ministack):
    stack = ministack.client("cloudformation").describe_stacks(StackName="cacl-cognito-api-calls")["Stacks"][0]
    check(stack["StackStatus"] == "CREATE_COMPLETE", f"the stack is {stack['StackStatus']}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def expect_deployed(ministack, program, stack):
    status = ministack.client("cloudtrail").get_trail_status(Name=stack["TrailName"])
    check(status["IsLogging"], "the trail does not log")
    rule = ministack.client("events").describe_rule(Name=stack["RuleName"])
    printed = json.loads(program.run("pattern"))
    check(json.loads(rule["EventPattern"]) == printed, "the rule's pattern is not the printed one", rule["EventPattern"])
    function = ministack.client("lambda").get_function_configuration(FunctionName=stack["FunctionName"])
    check(function["Runtime"] == "provided.al2023" and function["LoggingConfig"]["LogFormat"] == "JSON", "the function", str(function))


def rows(change, row_class):
    return {row["path"]: row for row in change["diff"] if row["class"] == row_class}


def next_second():
    """Events of one second have no order."""
    second = int(time.time())
    wait_for("the next second", lambda: int(time.time()) > second)


def expect_changes(ministack, program, stack):
    """Changes the sandbox client in the ways that matter, and sees each as what it was."""
    cognito = ministack.client("cognito-idp")
    ids = {"UserPoolId": stack["UserPoolId"], "ClientId": stack["AppClientId"]}
    client = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["cacl-api/something.write", "cacl-api/something.read"],
        "PreventUserExistenceErrors": "ENABLED",
    }
    log = program.folder / "live-tail.log"
    with Watch(program) as watch, Watch(program, "--live-tail", "--log", str(log)) as pushed:
        # The endpoint has no host `stream-…`, so a session opens only because the program leaves that prefix away.
        wait_for("a session of Live Tail", lambda: log.exists() and "live tail" in log.read_text())
        cognito.update_user_pool_client(**ids, **client)
        change = watch.next()
        check(change["schema"] == "cacl.change/1" and change["kind"] == "update", "the first update", change)
        check(change["clientId"] == ids["ClientId"] and change["clientName"] == "cacl-app-client", "the client", change)
        check(change["actor"]["name"] == ACCESS_KEY and change["origin"] == "sdk", "who and how", change)

        next_second()
        del client["PreventUserExistenceErrors"]
        cognito.update_user_pool_client(**ids, **{**client, "AllowedOAuthScopes": ["cacl-api/something.read"]})
        change = watch.next()
        check(change["baseline"] == "event", "the baseline is what the first update told", change)
        scopes = rows(change, "changed").get("allowedOAuthScopes", {})
        check(scopes.get("removed") == ["cacl-api/something.write"] and not scopes.get("added"), "the scope", change)
        check("preventUserExistenceErrors" in rows(change, "reset"), "what the update forgot is reset", change)

        next_second()
        try:
            cognito.delete_user_pool_client(**{**ids, "ClientId": "nosuchclient"})
        except ClientError as refused:
            check(refused.response["Error"]["Code"] == "ResourceNotFoundException", str(refused))
        else:
            raise AssertionError("ministack deleted a client that does not exist")
        change = watch.next()
        check(change["outcome"] == "failed" and change["error"]["code"] == "ResourceNotFoundException", "the refused call", change)

        next_second()
        cognito.delete_user_pool_client(**ids)
        change = watch.next()
        check(change["kind"] == "delete" and change["outcome"] == "succeeded", "the delete", change)
        check("allowedOAuthScopes" in rows(change, "removed"), "what went with the client", change)

        told = [pushed.next() for _ in range(4)]
        check(told[-1]["id"] == change["id"], "Live Tail ends with the same change", told[-1])
        check(len({change["id"] for change in told}) == 4, "Live Tail tells each change once")
        check("polling" not in log.read_text(), "Live Tail broke off", log.read_text())
        pushed.stop()
        watch.stop()


def processes_of(folder):
    """Processes whose executable lies below the folder; none where there is no /proc."""
    found = []
    for link in Path("/proc").glob("[0-9]*/exe"):
        try:
            if os.readlink(link).startswith(str(folder)):
                found.append(link.parent.name)
        except OSError:
            pass
    return found


def main(executable, bootstrap):
    with tempfile.TemporaryDirectory(prefix="cacl-ministack-") as name:
        folder = Path(name).resolve()
        home = folder / "home"
        home.mkdir()
        ministack = Ministack(folder)
        try:
            program = Program(executable, ministack, home)
            before = everything(ministack)
            program.run("deploy", "--yes", "--no-watch", "--subscriber", bootstrap)
            stack = outputs(ministack)
            expect_deployed(ministack, program, stack)
            expect_changes(ministack, program, stack)
            program.run("deploy", "--yes", "--no-watch", "--subscriber", bootstrap)
            # What the trail would have written there in the meantime.
            ministack.client("s3").put_object(Bucket=stack["TrailBucketName"], Key="AWSLogs/000000000000/a.json.gz", Body=b"{}")
            program.run("teardown", "--yes")
            after = everything(ministack)
            check(after == before, "the teardown left something", {kind: after[kind] for kind in after if after[kind] != before[kind]})
            program.run("teardown", "--yes", code=3)
            program.run("watch", "--output", "jsonl", code=3)
        except BaseException:
            print("── the end of ministack's log ──", ministack.log.read_text()[-8000:], sep="\n", file=sys.stderr)
            raise
        finally:
            ministack.stop()
        wait_for("the subscriber goes when its Runtime API goes", lambda: not processes_of(folder))
    print("ministack: deployed, watched, torn down, nothing left")


if __name__ == "__main__":
    main(*(str(Path(argument).resolve(strict=True)) for argument in sys.argv[1:3]))
