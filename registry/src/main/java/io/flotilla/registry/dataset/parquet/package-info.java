/**
 * Reads Apache Parquet files with a flat schema, in bounded memory and without trust in what they
 * say of themselves.
 */
@NullMarked
package io.flotilla.registry.dataset.parquet;

import org.jspecify.annotations.NullMarked;
