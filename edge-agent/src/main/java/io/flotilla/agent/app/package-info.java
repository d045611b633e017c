/**
 * The agent put together: one decision thread that owns the deployment and the connection, and the
 * API that field code calls.
 */
@NullMarked
package io.flotilla.agent.app;

import org.jspecify.annotations.NullMarked;
