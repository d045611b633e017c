/**
 * Which devices can run what: environments, and the judgement of devices before a byte of a model
 * is sent to them.
 */
@NullMarked
package io.flotilla.controller.environment;

import org.jspecify.annotations.NullMarked;
