// A real OpenID Connect provider for one test: who logs in as NAME has the address NAME@example.org.
import { Provider } from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);
const provider = new Provider(settings.issuer, {
  clients: [{
    client_id: 'tierlock',
    client_secret: settings.secret,
    redirect_uris: [`${settings.server}/login/callback`],
    post_logout_redirect_uris: [`${settings.server}/logged-out`],
    id_token_signed_response_alg: settings.algorithm,
  }],
  jwks: { keys: settings.keys },
  cookies: { keys: ['only for this test'] },
  scopes: ['openid', 'profile', 'email'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'HS256'] },
  features: { devInteractions: { enabled: true } },
  async findAccount(_, name) {
    return {
      accountId: name,
      claims: async () => ({
        sub: name,
        email: `${name}@example.org`,
        email_verified: !name.startsWith('unverified'),
        groups: settings.groups[name] ?? [],
      }),
    };
  },
});
provider.listen(settings.port, '127.0.0.1', () => console.log('ready'));
