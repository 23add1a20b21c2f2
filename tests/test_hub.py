"""A class on one JupyterHub: five learners run 04's core at once in the memory TEACHING says."""

import asyncio
import importlib.util
import json
import socket
import subprocess
import sys
import uuid
from pathlib import Path

from notebooks import ROOT, read_notebook

import psutil
import pytest
from needs import require
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

pytestmark = pytest.mark.long
LEARNERS = [f"learner{number}" for number in range(1, 6)]
MOST = 1e9  # bytes a learner, as TEACHING.md counts
TOKEN = uuid.uuid4().hex
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{homes}/{{username}}"
c.Spawner.args = ["--allow-root"]  # in a container
c.Spawner.http_timeout = c.Spawner.start_timeout = 200
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.services = [{{"name": "class", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    {{
        "name": "class",
        "services": ["class"],
        "scopes": ["admin:users", "admin:servers", "access:servers"],
    }}
]
"""


class Hub:
    """What a learner's browser asks of the hub, over HTTP and a websocket."""

    def __init__(self, port: int) -> None:
        self.at, self.head = f"127.0.0.1:{port}", {"Authorization": f"token {TOKEN}"}

    async def ask(self, path: str, **settings: object) -> dict:
        settings = {"headers": self.head, "request_timeout": 120, **settings}
        answer = await AsyncHTTPClient().fetch(f"http://{self.at}{path}", **settings)
        return json.loads(answer.body or "{}")

    async def until(self, path: str, ready: callable) -> None:
        while True:
            try:
                if ready(await self.ask(path)):
                    return
            except (OSError, HTTPClientError):
                pass  # it is still starting
            await asyncio.sleep(0.5)

    async def run(self, learner: str, cells: list[str]) -> None:
        """Starts the learner's server and a kernel, and runs the cells in it, one by one."""
        user = f"/hub/api/users/{learner}"
        await self.ask(user, method="POST", body="")
        await self.ask(f"{user}/server", method="POST", body="")
        await self.until(user, lambda told: told["servers"][""]["ready"])
        kernels, body = f"/user/{learner}/api/kernels", '{"path": "course/notebooks"}'
        kernel = (await self.ask(kernels, method="POST", body=body))["id"]
        channels = HTTPRequest(f"ws://{self.at}{kernels}/{kernel}/channels", headers=self.head)
        channel = await websocket_connect(channels)
        for source in cells:
            await execute(channel, source)


async def execute(channel: object, source: str) -> None:
    number = uuid.uuid4().hex
    head = {"msg_id": number, "msg_type": "execute_request", "session": number, "username": ""}
    content = {"code": source, "silent": False, "stop_on_error": True}
    message = {"header": head, "parent_header": {}, "metadata": {}, "content": content}
    await channel.write_message(json.dumps({**message, "channel": "shell"}))
    while True:
        message = await channel.read_message()
        if isinstance(message, bytes):  # a picture of a widget
            continue
        said = json.loads(message)
        if said["parent_header"].get("msg_id") != number:
            continue
        assert said["msg_type"] != "error", "\n".join(said["content"]["traceback"])
        if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
            return


def memory(process: psutil.Process) -> float:
    """Bytes that the process and all it started hold; what they share is counted once."""
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in family)


def test_five_learners_run_the_core_of_04_at_once(tmp_path):
    for name in ("jupyterhub", "configurable_http_proxy"):
        require(importlib.util.find_spec(name), f"{name} is not installed (requirements-ci.txt)")
    import save

    for learner in LEARNERS:
        save.copy_course(ROOT, tmp_path / "homes" / learner / "course")
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    port, hub_port, api_port = (one.getsockname()[1] for one in sockets)
    for one in sockets:
        one.close()
    proxy = str(Path(sys.executable).with_name("configurable-http-proxy"))
    places = {
        "proxy": proxy,
        "port": port,
        "hub_port": hub_port,
        "api_port": api_port,
        "token": TOKEN,
    }
    config = CONFIG.format(homes=tmp_path / "homes", python=sys.executable, **places)
    (tmp_path / "config.py").write_text(config, encoding="utf-8")
    notebook = read_notebook(ROOT / "notebooks" / "04_early_stopping.ipynb")
    cells = [cell.source for cell in notebook.core.cells if cell.cell_type == "code"]

    async def lesson() -> None:
        hub = Hub(port)
        await hub.until("/hub/api/", lambda told: "version" in told)
        await asyncio.gather(*(hub.run(learner, cells) for learner in LEARNERS))

    command = [sys.executable, "-m", "jupyterhub", "-f", tmp_path / "config.py"]
    with (tmp_path / "hub.log").open("w") as said:
        hub = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)
    try:
        asyncio.run(asyncio.wait_for(lesson(), 500))
        servers = [
            one for one in psutil.Process(hub.pid).children() if "singleuser" in str(one.cmdline())
        ]
        held = [memory(server) for server in servers]
    finally:
        hub.terminate()
        hub.wait(60)
    print([f"{one / 1e9:.2f} GB" for one in held])
    assert len(held) == len(LEARNERS) and max(held) < MOST, held
