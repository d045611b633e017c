/**
 * The seam between an agent and its broker. An implementation connects, keeps trying, and reports;
 * it decides nothing.
 */
@NullMarked
package io.flotilla.agent.transport;

import org.jspecify.annotations.NullMarked;
