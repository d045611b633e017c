/**
 * Manifest, golden vectors, trust policy and signature envelopes to bytes and back; the only place
 * of this module that knows Jackson. Every reader is bounded and strict: unknown keys, repeated
 * keys, missing values and trailing bytes are refused.
 */
@NullMarked
package io.flotilla.bundle.codec;

import org.jspecify.annotations.NullMarked;
