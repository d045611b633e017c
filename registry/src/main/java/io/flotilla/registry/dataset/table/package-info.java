/** Tables as all formats give them: columns, typed values, rows one by one, and their limits. */
@NullMarked
package io.flotilla.registry.dataset.table;

import org.jspecify.annotations.NullMarked;
