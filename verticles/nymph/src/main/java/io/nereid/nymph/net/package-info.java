/**
 * Networks of containers. Owns namespaces, virtual devices and how a container joins and leaves the
 * segment; never decides when.
 */
package io.nereid.nymph.net;
