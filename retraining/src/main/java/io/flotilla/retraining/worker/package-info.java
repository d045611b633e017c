/** The process in which a run happens, apart from the controller. */
@NullMarked
package io.flotilla.retraining.worker;

import org.jspecify.annotations.NullMarked;
