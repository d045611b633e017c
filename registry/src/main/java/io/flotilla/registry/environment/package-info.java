/**
 * Environments: what models need of the machines they run on, under a name and a version, so that
 * many models can share one.
 */
@NullMarked
package io.flotilla.registry.environment;

import org.jspecify.annotations.NullMarked;
