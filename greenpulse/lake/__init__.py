"""The lake: create-only chains of bronze files in an object store.

Pure, in the order of the data: ``clean_json``, ``lines``, ``ranges``, ``rotation``,
``buffer``, ``keys``, ``files``. Ports: ``origin`` (the log), ``store``. Use cases over
them: ``claims``, ``self_test``, ``tail``, ``reading``, ``resume``, ``writer``,
``archive``; and for who reads: ``verification``, ``reader``. Adapter: ``folder``.
"""
