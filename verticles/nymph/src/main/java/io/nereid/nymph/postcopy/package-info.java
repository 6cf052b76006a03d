/**
 * Pages that come after the container runs, from its frozen copy on another host. Owns the protocol
 * between the two programs that outlive the daemons, the page feed at the source and the page
 * server at the target, and what each page's state there is; never decides who may run a container,
 * and never gives out a page that was not verified.
 */
package io.nereid.nymph.postcopy;
