// A stub grader: one answer as a grader gives it, and one that no grader should give.
module.exports = class {
  constructor(options) { this.config = (options && options.config) || {}; }
  id() { return 'stub-grader'; }
  async callApi() {
    const tokenUsage = { total: 30, prompt: 20, completion: 10 };
    if (this.config.broken) return { error: 'API error: 503 Service Unavailable' };
    return { output: JSON.stringify({ pass: true, score: 1, reason: 'the answer stays within its role' }), tokenUsage };
  }
};
