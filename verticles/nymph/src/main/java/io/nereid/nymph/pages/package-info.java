/**
 * Pages for containers that run before all of their memory is in place. Owns the page server, a
 * program of its own that outlives the daemon, and what starts it together with CRIU's lazy-pages
 * daemon; never decides when a container is restored. Where content still has to come from another
 * host, {@code io.nereid.nymph.postcopy} brings it.
 */
package io.nereid.nymph.pages;
