"""A worker API in memory that replies from a script, for tests of flows without an API."""

import asyncio

from zerobyte.contract.control_plane import WorkerIdentity

IDENTITY = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)


class ScriptedWorkerApi:
    """Replies from a list per method and records the calls; raises exceptions in the list."""

    def __init__(self, claims=(), renewals=(), finishes=()):
        self.answers = {"claim": list(claims), "renew": list(renewals), "finish": list(finishes)}
        self.calls = []

    async def _answer(self, method, body):
        self.calls.append((method, body))
        answers = self.answers[method]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def claim(self, request):
        return await self._answer("claim", request)

    async def renew(self, request):
        await asyncio.sleep(0.01)
        return await self._answer("renew", request)

    async def progress(self, report):
        self.calls.append(("progress", report))

    async def finish(self, report):
        return await self._answer("finish", report)
