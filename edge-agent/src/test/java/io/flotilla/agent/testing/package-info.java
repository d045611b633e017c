/** What the agent's tests share: small real models and bundles, and an in-memory network. */
@NullMarked
package io.flotilla.agent.testing;

import org.jspecify.annotations.NullMarked;
