/**
 * Datasets: CSV tables, versioned by their content, and the reader that everybody reads them by.
 */
@NullMarked
package io.flotilla.registry.dataset;

import org.jspecify.annotations.NullMarked;
