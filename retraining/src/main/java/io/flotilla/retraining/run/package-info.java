/** What goes into a run folder and what comes out of it: the contract between runner and worker. */
@NullMarked
package io.flotilla.retraining.run;

import org.jspecify.annotations.NullMarked;
