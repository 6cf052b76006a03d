/**
 * Pages for containers that run before all of their memory is in place. Owns the page server, a
 * program of its own that outlives the daemon, and what starts it together with CRIU's lazy-pages
 * daemon; never decides when a container is restored, and has nothing to do with other hosts: all
 * content is here and verified before it begins.
 */
package io.nereid.nymph.pages;
