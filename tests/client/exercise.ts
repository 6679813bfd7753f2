// Uses the generated client against a live server; exits with 1 when an answer is not as described.
import {
  createBackupSchedule,
  createRepository,
  createVolume,
  listBackupSchedules,
  listRepositories,
  listTaskHistory,
  listVolumes,
  runBackupNow,
} from "./generated";
import { client } from "./generated/client.gen";

const [baseUrl, origin, source, repositories] = process.argv.slice(2);

function check(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

async function signIn(): Promise<string> {
  const account = { email: "ada@example.com", password: "correct horse", name: "Ada", username: "ada" };
  const headers = { "content-type": "application/json", origin };
  const post = (path: string, body: object) =>
    fetch(baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
  const made = await post("/api/auth/sign-up/email", account);
  check(made.ok, `sign-up: ${made.status} ${await made.text()}`);
  const entered = await post("/api/auth/sign-in/username", account);
  check(entered.ok, `sign-in: ${entered.status}`);
  return entered.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
}

async function main(): Promise<void> {
  client.setConfig({ baseUrl });
  const stranger = await listVolumes();
  check(stranger.error && stranger.response?.status === 401, "without a session: 401");
  check(typeof stranger.error.message === "string", "an error has a message");

  client.setConfig({ baseUrl, headers: { cookie: await signIn(), origin } });
  const volume = await createVolume({
    body: { name: "files", config: { backend: "directory", path: source } },
  });
  check(volume.data, `volume: ${JSON.stringify(volume.error)}`);
  check(volume.data.config.backend === "directory", "the union of configs is told by its backend");
  const shown: string = volume.data.config.path;
  check(shown === source, "the path comes back");

  const made = await createRepository({
    body: { name: "shelf", config: { backend: "local", path: repositories } },
  });
  check(made.data, `repository: ${JSON.stringify(made.error)}`);
  const schedule = await createBackupSchedule({
    body: {
      name: "nightly",
      volumeId: volume.data.id,
      repositoryId: made.data.repository.shortId,
      enabled: true,
      cronExpression: "0 3 * * *",
    },
  });
  check(schedule.data, `schedule: ${JSON.stringify(schedule.error)}`);
  const due: number | null | undefined = schedule.data.nextBackupAt;
  check(typeof due === "number" && due > Date.now(), "times are milliseconds");

  const run = await runBackupNow({ path: { shortId: schedule.data.shortId } });
  check(run.data, `run: ${JSON.stringify(run.error)}`);
  const history = await listTaskHistory();
  check(history.data?.items.some((item) => item.kind === "backup"), "the run is in the history");

  const lists = [await listVolumes(), await listRepositories(), await listBackupSchedules()];
  for (const list of lists) check(list.data?.length === 1, `a list: ${JSON.stringify(list.error)}`);

  const refused = await createVolume({
    body: { name: "", config: { backend: "directory", path: "relative" } },
  });
  check(refused.error && refused.response?.status === 400, "bad input is 400");
  check("error" in refused.error && refused.error.error?.[0]?.path.length, "a problem has its path");
  console.log("ok");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
