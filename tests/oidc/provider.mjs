// A real OpenID Connect provider for the tests: node provider.mjs PORT CALLBACK LOGGED_OUT.
// Whoever signs in as "ada" has the address ada@acme.example, verified unless the name begins
// with "unverified-". Any password will do.
import { Provider } from "oidc-provider";

const [port, callback, loggedOut] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "entourage",
      client_secret: "a secret of the tests that is long enough",
      redirect_uris: [callback],
      post_logout_redirect_uris: [loggedOut],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      email: `${id.replace("unverified-", "")}@acme.example`,
      email_verified: !id.startsWith("unverified-"),
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
