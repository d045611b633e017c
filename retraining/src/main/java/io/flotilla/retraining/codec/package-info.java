/** Pipelines from YAML. The only package here that knows Jackson. */
@NullMarked
package io.flotilla.retraining.codec;

import org.jspecify.annotations.NullMarked;
