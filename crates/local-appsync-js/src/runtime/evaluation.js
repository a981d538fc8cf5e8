// What one evaluation of a handler has done so far, and how it is cut short.
export const evaluation = {
  value: null,
  raised: null,
  earlyReturn: null,
  appendedErrors: [],
  subscriptionFilter: null,
  subscriptionInvalidationFilter: null,
  invalidations: [],
  // By name in lower case.
  responseHeaders: {},
  // Of the context, for the functions that speak of the caller or the field.
  identity: null,
  info: {},
};

// Scripts have no `catch`, so this travels to the host whatever they do.
export const halted = { toString: () => 'The handler has ended.' };

export const halt = () => {
  throw halted;
};

export const raise = (message, errorType = null, data = null, errorInfo = null) => {
  evaluation.raised = { message: `${message}`, errorType, data, errorInfo };
  halt();
};
