// An OIDC provider (panva's oidc-provider) for tests: the settings are the JSON in the first argument. Whoever logs in says who they are
// with ?as=, base64url of JSON with their claims, at the page that would ask for a password; ?deny=1 says no.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { port, clients, keys, claimsInIDTokens, idTokenAlgorithms } = JSON.parse(process.argv[2]);
const accounts = new Map();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys },
  cookies: { keys: ["of this test"] },
  conformIdTokenClaims: !claimsInIDTokens,
  scopes: ["openid", "email", "profile", "public_profile", "users.read", "tweet.read"],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["given_name", "family_name", "name", "hd"],
  },
  enabledJWA: { idTokenSigningAlgValues: idTokenAlgorithms },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...accounts.get(id), sub: id }) }),
  async loadExistingGrant(ctx) { // everybody agrees to everything
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    await grant.save();
    return grant;
  },
});
provider.on("server_error", (_ctx, err) => console.error(err));

// Who the bearer of an access token is, as Facebook and as X say it.
const shapes = {
  "/facebook/me": (id, who) => ({ id, first_name: who.given_name, last_name: who.family_name, email: who.email }),
  "/x/users/me": (id, who) => ({ data: { id, name: who.name, username: "rider", confirmed_email: who.email } }),
};

async function me(req, res, shape) {
  const token = await provider.AccessToken.find(req.headers.authorization?.replace(/^Bearer /, "") ?? "");
  res.writeHead(token ? 200 : 401, { "Content-Type": "application/json" });
  res.end(JSON.stringify(token ? shape(token.accountId, accounts.get(token.accountId)) : { error: "who?" }));
}

async function interaction(req, res, url) {
  if (url.searchParams.has("deny")) {
    return provider.interactionFinished(req, res, { error: "access_denied", error_description: "no" });
  }
  const { sub, ...claims } = JSON.parse(Buffer.from(url.searchParams.get("as"), "base64url"));
  accounts.set(sub, claims);
  return provider.interactionFinished(req, res, { login: { accountId: sub, remember: false } });
}

const pages = provider.callback();
createServer(async (req, res) => {
  const url = new URL(req.url, `http://127.0.0.1:${port}`);
  try {
    if (url.pathname.startsWith("/interaction/")) return await interaction(req, res, url);
    if (shapes[url.pathname]) return await me(req, res, shapes[url.pathname]);
    return pages(req, res);
  } catch (err) {
    res.writeHead(400).end(`${err}`);
  }
}).listen(port, "127.0.0.1");
