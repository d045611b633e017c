/**
 * One device carrying out one assignment: the pure decisions, and the fetching, verifying, staging
 * and proving that they order.
 */
@NullMarked
package io.flotilla.agent.deployment;

import org.jspecify.annotations.NullMarked;
