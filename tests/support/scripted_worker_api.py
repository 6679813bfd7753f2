"""A worker API that answers from lists and records the calls of a worker."""

import asyncio

from zerobyte.contract.control_plane import (
    WorkerIdentity,
)

IDENTITY = WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1)


class ScriptedWorkerApi:
    """Answers from a list; an exception in it is raised."""

    def __init__(self, claims=(), renewals=(), finishes=()):
        self.answers = {"claim": list(claims), "renew": list(renewals), "finish": list(finishes)}
        self.heard = []

    async def _answer(self, method, said):
        self.heard.append((method, said))
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
        self.heard.append(("progress", report))

    async def finish(self, report):
        return await self._answer("finish", report)
