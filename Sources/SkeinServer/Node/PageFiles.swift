/// The files of the chat page, which the build puts into the program.
enum PageFiles {
    static let table: [String: [UInt8]] = [
        "chat.css": PackageResources.chat_css,
        "chat.js": PackageResources.chat_js,
        "client.js": PackageResources.client_js,
        "composer.js": PackageResources.composer_js,
        "dom.js": PackageResources.dom_js,
        "frames.css": PackageResources.frames_css,
        "frames.js": PackageResources.frames_js,
        "icon.svg": PackageResources.icon_svg,
        "identity.js": PackageResources.identity_js,
        "index.html": PackageResources.index_html,
        "json.js": PackageResources.json_js,
        "message-log.js": PackageResources.message_log_js,
        "messages.js": PackageResources.messages_js,
        "names.js": PackageResources.names_js,
        "people.js": PackageResources.people_js,
        "protocol.js": PackageResources.protocol_js,
        "room.js": PackageResources.room_js,
        "sidebar.js": PackageResources.sidebar_js,
        "status.js": PackageResources.status_js,
        "store.js": PackageResources.store_js,
        "subscription.js": PackageResources.subscription_js,
        "theme.css": PackageResources.theme_css,
    ]

    static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
