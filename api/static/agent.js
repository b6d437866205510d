// Speaks to the signing agent on this machine. Never sees a PIN.

const QUICK_MS = 4000;

// The agent's status, or null when there is no agent to be reached.
export async function agentStatus(address) {
  try {
    const answer = await fetch(`${address}/status`, { signal: AbortSignal.timeout(QUICK_MS) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Signatures in the order of the requests; throws an Error with a sentence and a code.
export async function agentSign(address, certificate, requests) {
  const batch = { certificate_sha256: certificate, requests: requests.map(toSign) };
  let answer;
  try {
    answer = await fetch(`${address}/sign`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(batch),
    });
  } catch {
    throw failure("agent.away", "Mất kết nối với trạm ký. Hãy mở lại cửa sổ trạm ký rồi bấm “Bắt đầu ký”.");
  }
  const said = await answer.json();
  if (!answer.ok) throw failure(said.code, said.detail);
  return said.signatures;
}

function toSign(request) {
  const { id, scheme, digest, signed_attributes, number, title, copies, seconds_left } = request;
  return { id, scheme, digest, signed_attributes, number, title, copies, seconds_left };
}

function failure(code, sentence) {
  return Object.assign(new Error(sentence), { code });
}
