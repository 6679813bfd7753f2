"""JavaScript that calls the API from a page of a real browser."""

DEFINE_CALL = """
const done = arguments[arguments.length - 1];
const [method, path, body] = arguments;
const call = async (method, path, body) => {
  const answer = await fetch(path, {
    method,
    headers: body ? {"Content-Type": "application/json"} : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  return {status: answer.status, body: JSON.parse(await answer.text() || "null")};
};
"""


CALL_API = DEFINE_CALL + "call(method, path, body).then(done);"
