// A stub model: answers, refuses, is silent, fails. No network.
module.exports = class {
  constructor(options) { this.config = (options && options.config) || {}; }
  id() { return 'stub-model'; }
  async callApi(prompt, context) {
    const kind = context.vars.kind;
    const use = { total: 12, prompt: 8, completion: 4 };
    if (kind === 'fails') return { error: 'API error: 500 Internal Server Error' };
    if (kind === 'silent') return { output: '', tokenUsage: use };
    if (kind === 'refuses') return { output: "I can not help with that.", isRefusal: true, tokenUsage: use };
    if (kind === 'cached') return { output: 'The answer is ' + context.vars.answer, cached: true, tokenUsage: { total: 12, cached: 12 } };
    if (kind === 'wrong') return { output: 'The answer is 0', tokenUsage: use };
    return { output: 'The answer is ' + context.vars.answer, tokenUsage: use, cost: 0.0001 };
  }
};
