/**
 * Scoring on this device: the hot path, the switch from one version to the next, and the label of
 * an answer.
 */
@NullMarked
package io.flotilla.agent.scoring;

import org.jspecify.annotations.NullMarked;
